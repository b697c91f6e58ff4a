package io.gabor.data;

import io.gabor.tensor.Shape;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Reads the IDX files of MNIST and its kin: big-endian, two zero bytes, a type code (8: unsigned bytes), the number of
 * axes, the extent of each, then the elements, row-major. Plain or gzipped, which is told by the first two bytes and not by
 * the name.
 *
 * <p>Files are not trusted. The header is checked against limits and against the file's length before memory is
 * allocated, no more is inflated than the header promises and one byte, and nothing may follow.
 */
final class IdxReader {
    /** 2^28 samples or pixels a side are no image set. */
    private static final int MAX_EXTENT = 1 << 28;

    /** One gibibyte of elements: 23 times MNIST. */
    private static final long MAX_ELEMENTS = 1L << 30;

    /** Deflate's shortest code, 2 bits, stands for at most 258 bytes. */
    private static final long MAX_DEFLATE_RATIO = 1032;

    private IdxReader() {}

    /**
     * Reads images and their labels as one set.
     *
     * @return samples of {@code 1×H×W}
     * @throws DataException if a file is damaged, or the two do not belong together
     */
    static Dataset read(String name, Path images, Path labels, List<String> classNames) {
        Idx pixels = read(images, 3);
        Idx classes = read(labels, 1);
        if (pixels.dims[0] != classes.dims[0]) {
            throw new DataException("expected a label for each image, found " + pixels.dims[0] + " images in " + images
                    + " and " + classes.dims[0] + " labels in " + labels);
        }
        int[] label = new int[classes.data.length];
        for (int i = 0; i < label.length; i++) {
            label[i] = classes.data[i] & 0xFF;
            if (label[i] >= classNames.size()) {
                throw new DataException(labels + ": expected labels in 0 to " + (classNames.size() - 1) + ", found "
                        + label[i] + " at sample " + i);
            }
        }
        return Dataset.ofBytes(name, Shape.of(1, pixels.dims[1], pixels.dims[2]), pixels.data, label, classNames);
    }

    /**
     * Returns the largest label of a file.
     *
     * @throws DataException if the file is damaged
     */
    static int maxLabel(Path labels) {
        int max = 0;
        for (byte label : read(labels, 1).data) {
            max = Math.max(max, label & 0xFF);
        }
        return max;
    }

    private record Idx(int[] dims, byte[] data) {}

    private static Idx read(Path file, int axes) {
        try (InputStream raw = Files.newInputStream(file)) {
            long length = Files.size(file);
            byte[] magic = raw.readNBytes(2);
            boolean gzip = magic.length == 2 && (magic[0] & 0xFF) == 0x1F && (magic[1] & 0xFF) == 0x8B;
            InputStream whole = new SequenceInputStream(new ByteArrayInputStream(magic), raw);
            if (!gzip) {
                return read(file, whole, axes, length, length);
            }
            try (InputStream inflated = new GZIPInputStream(whole, 1 << 16)) {
                return read(file, inflated, axes, length, length * MAX_DEFLATE_RATIO);
            }
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read as an IDX file: " + Reasons.of(e), e);
        }
    }

    private static Idx read(Path file, InputStream in, int axes, long length, long most) throws IOException {
        byte[] header = in.readNBytes(4 + 4 * axes);
        int found = header.length < 4 ? -1 : word(header, 0);
        int expected = 0x0800 + axes;
        if (found != expected) {
            throw new DataException(String.format(
                    "%s: expected an IDX file of unsigned bytes with %d %s (first four bytes 0x%08X), found %s",
                    file,
                    axes,
                    axes == 1 ? "axis" : "axes",
                    expected,
                    header.length < 4 ? "only " + header.length + " bytes" : String.format("0x%08X", found)));
        }
        if (header.length < 4 + 4 * axes) {
            throw new DataException(
                    file + ": expected an IDX header of " + (4 + 4 * axes) + " bytes, found only " + header.length);
        }
        int[] dims = new int[axes];
        long elements = 1;
        for (int i = 0; i < axes; i++) {
            dims[i] = word(header, 4 + 4 * i);
            if (dims[i] < 1 || dims[i] > MAX_EXTENT) {
                throw new DataException(file + ": expected an extent of 1 to " + MAX_EXTENT + " for axis " + i
                        + " of the IDX header, found " + (dims[i] & 0xFFFFFFFFL));
            }
            elements *= dims[i];
            if (elements > MAX_ELEMENTS) {
                throw new DataException(
                        file + ": expected at most " + MAX_ELEMENTS + " elements, the IDX header asks for " + "more");
            }
        }
        if (elements + header.length > most) {
            throw new DataException(file + ": is truncated: its header announces " + elements
                    + " elements, more than a file of " + length + " bytes can hold");
        }
        byte[] data = in.readNBytes((int) elements);
        if (data.length < elements) {
            throw new DataException(
                    file + ": is truncated: expected " + elements + " elements, found only " + data.length);
        }
        if (in.read() >= 0) {
            throw new DataException(file + ": is too long: expected " + elements + " elements and nothing behind them, "
                    + "found at least one byte more");
        }
        return new Idx(dims, data);
    }

    private static int word(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 24
                | (bytes[at + 1] & 0xFF) << 16
                | (bytes[at + 2] & 0xFF) << 8
                | (bytes[at + 3] & 0xFF);
    }
}
