package io.gabor.io;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Damages bytes at random, in the ways that files are damaged and parsers are attacked. */
final class Mutation {
    private static final String[] PIECES = {
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\u",
        "-",
        "0",
        "9",
        "1e999",
        "99999999999999999999",
        "null",
        "[[[[[[[["
    };

    private Mutation() {}

    /** Returns a damaged copy: one to three changes. */
    static byte[] of(byte[] original, SplittableRandom random) {
        byte[] bytes = original.clone();
        for (int i = random.nextInt(1, 4); i > 0 && bytes.length > 0; i--) {
            bytes = once(bytes, random);
        }
        return bytes;
    }

    private static byte[] once(byte[] bytes, SplittableRandom random) {
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(7)) {
            case 0:
                return Arrays.copyOf(bytes, at);
            case 1:
                bytes[at] ^= (byte) (1 << random.nextInt(8));
                return bytes;
            case 2:
                bytes[at] = (byte) random.nextInt(256);
                return bytes;
            case 3:
                return splice(bytes, at, 1, new byte[0]);
            case 4:
                int end = random.nextInt(at, bytes.length);
                return splice(bytes, random.nextInt(bytes.length), 0, Arrays.copyOfRange(bytes, at, end));
            case 5:
                String piece = PIECES[random.nextInt(PIECES.length)];
                return splice(bytes, at, random.nextInt(2), piece.getBytes(StandardCharsets.US_ASCII));
            default:
                return digit(bytes, at, random);
        }
    }

    /** Changes the next digit: what stays valid JSON says something else. */
    private static byte[] digit(byte[] bytes, int from, SplittableRandom random) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] >= '0' && bytes[i] <= '9') {
                bytes[i] = (byte) ('0' + random.nextInt(10));
                return bytes;
            }
        }
        return bytes;
    }

    /** Returns the bytes with {@code removed} of them at {@code at} replaced. */
    static byte[] splice(byte[] bytes, int at, int removed, byte[] inserted) {
        byte[] result = new byte[bytes.length - removed + inserted.length];
        System.arraycopy(bytes, 0, result, 0, at);
        System.arraycopy(inserted, 0, result, at, inserted.length);
        System.arraycopy(bytes, at + removed, result, at + inserted.length, bytes.length - at - removed);
        return result;
    }
}
