package io.gabor.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;

/**
 * What a file must be.
 *
 * @param algorithm {@code SHA-256}, ...
 * @param hex the digest, in lower-case hexadecimal digits
 * @param content whether it is the digest of what the gzip file holds, rather than of the file: mirrors have been found to
 *     pack the same content differently
 * @param maxBytes how much to inflate at most
 */
record Digest(String algorithm, String hex, boolean content, long maxBytes) {
    /** Returns the SHA-256 of a file as it is. */
    static Digest ofFile(String sha256) {
        return new Digest("SHA-256", sha256, false, Long.MAX_VALUE);
    }

    /** Returns the SHA-256 of what a gzip file of so many bytes of content holds. */
    static Digest ofContent(String sha256, long bytes) {
        return new Digest("SHA-256", sha256, true, bytes);
    }

    /** Returns null if a file is what it must be, and otherwise what is wrong with it. */
    String mismatch(Path file) {
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = content ? new GZIPInputStream(raw, 1 << 16) : raw) {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            byte[] buffer = new byte[1 << 16];
            long total = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
                total += n;
                if (total > maxBytes) {
                    return "expected " + maxBytes + " bytes of content, found more";
                }
            }
            String found = HexFormat.of().formatHex(digest.digest());
            return found.equals(hex) ? null : "expected " + algorithm + " " + hex + ", found " + found;
        } catch (IOException e) {
            return "cannot be read: " + Reasons.of(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
