package io.gabor.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Walks the entries of a tar archive, as POSIX.1-1988 (ustar) defines them: a header of 512 bytes with a checksum, the
 * content, padding to a multiple of 512; two empty blocks at the end. Links, devices and extended headers are walked over
 * like files that no one asked for. Nothing is written to disk.
 */
final class TarReader {
    private static final int BLOCK = 512;
    private static final int MAX_ENTRIES = 256;

    private final InputStream in;
    private final String file;
    private final long maxSkipped;
    private String name;
    private long size;
    private boolean regular;
    private boolean consumed = true;
    private int entries;

    /**
     * Begins at the first entry.
     *
     * @param file what to call the archive in messages
     * @param maxSkipped the largest size of an entry to walk over
     */
    TarReader(InputStream in, String file, long maxSkipped) {
        this.in = in;
        this.file = file;
        this.maxSkipped = maxSkipped;
    }

    /** Goes to the next entry; returns false at the end. */
    boolean next() throws IOException {
        if (!consumed) {
            if (size > maxSkipped) {
                throw new DataException(file + ": expected no other entry of more than " + maxSkipped
                        + " bytes in the archive, found " + name + " of " + size + " bytes");
            }
            skip(size + padding());
        }
        byte[] header = in.readNBytes(BLOCK);
        if (header.length < BLOCK) {
            throw new DataException(file + ": the tar archive is truncated: expected a header of " + BLOCK
                    + " bytes, found " + header.length);
        }
        if (isEmpty(header)) {
            return false;
        }
        if (++entries > MAX_ENTRIES) {
            throw new DataException(file + ": expected at most " + MAX_ENTRIES + " entries in the archive, found more");
        }
        checkSum(header);
        name = text(header, 0, 100);
        size = octal(header, 124, 12, "size");
        regular = header[156] == '0' || header[156] == 0;
        consumed = false;
        return true;
    }

    /** Returns the current entry's name without its folders; empty for anything but a file. */
    String fileName() {
        return regular ? name.substring(name.lastIndexOf('/') + 1) : "";
    }

    /** Returns the current entry's size in bytes. */
    long size() {
        return size;
    }

    /** Reads the current entry, {@link #size} bytes; the caller has checked that this is not too much. */
    byte[] content() throws IOException {
        byte[] content = in.readNBytes(Math.toIntExact(size));
        if (content.length < size) {
            throw new DataException(file + ": the tar archive is truncated: expected " + size + " bytes of " + name
                    + ", found " + content.length);
        }
        skip(padding());
        consumed = true;
        return content;
    }

    private long padding() {
        return (BLOCK - size % BLOCK) % BLOCK;
    }

    private void skip(long count) throws IOException {
        try {
            in.skipNBytes(count);
        } catch (EOFException e) {
            throw new DataException(file + ": the tar archive is truncated within " + name, e);
        }
    }

    private static boolean isEmpty(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private void checkSum(byte[] header) {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xFF;
        }
        long expected = octal(header, 148, 8, "checksum");
        if (sum != expected) {
            throw new DataException(file + ": is no tar archive, or a damaged one: a header announces the checksum "
                    + expected + ", its bytes have " + sum);
        }
    }

    private long octal(byte[] header, int at, int length, String what) {
        String text = text(header, at, length).strip();
        if (text.isEmpty() || text.length() > 11 || !text.chars().allMatch(c -> c >= '0' && c <= '7')) {
            throw new DataException(file + ": is no tar archive, or a damaged one: expected an octal number as the "
                    + what + " of an entry, found '" + printable(text) + "'");
        }
        return Long.parseLong(text, 8);
    }

    private static String text(byte[] header, int at, int length) {
        byte[] field = Arrays.copyOfRange(header, at, at + length);
        int end = 0;
        while (end < length && field[end] != 0) {
            end++;
        }
        return new String(field, 0, end, StandardCharsets.ISO_8859_1);
    }

    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7E]", "?");
    }
}
