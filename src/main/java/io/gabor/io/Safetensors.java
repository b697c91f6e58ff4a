package io.gabor.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Reads and writes safetensors files (huggingface.co/docs/safetensors): 8 bytes with the length of the header as an
 * unsigned little-endian integer, the header in JSON, then the tensors' bytes, little-endian and row-major, back to
 * back.
 *
 * <pre>
 * {"__metadata__": {"name": "text", ...},
 *  "tensor": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, ...}
 * </pre>
 *
 * <p><b>Reading</b> trusts nothing. The length of the header, its JSON, every entry and the exact coverage of the file
 * are checked before the first tensor is allocated, so a small file can never cost much memory. F32 is read as it is;
 * F64, F16 and BF16 are converted to float, each value to the nearest. Other types are refused by name. Stricter than
 * the format: unknown fields of an entry are refused, and so are tensors with an extent of 0, which
 * {@link io.gabor.tensor.Shape} does not know. A scalar has the shape {@code []}. Values are not checked: they may be NaN or
 * infinite.
 *
 * <p><b>Writing</b> is F32 only and deterministic: metadata first, then the tensors, both sorted by name, the header
 * padded with spaces to a multiple of 8 bytes. Equal contents give equal files, byte for byte, whatever the order of
 * the maps. It is atomic, as {@link AtomicFile} says.
 */
public final class Safetensors {
    private Safetensors() {}

    /**
     * Reads a file; its tensors come in the order of their data.
     *
     * @throws FormatException if the file is not a valid safetensors file, or its values do not fit into the heap;
     *     names the file, what was expected and what was found
     * @throws IOException if the file is missing or cannot be read; names the file and the reason
     */
    public static SafetensorsFile read(Path path) throws IOException {
        try {
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw new IOException(
                        "expected a regular file, found a " + (Files.isDirectory(path) ? "folder" : "device"));
            }
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                return new SafetensorsReader(channel, channel.size(), path.toString()).read();
            }
        } catch (IOException e) {
            throw new IOException("cannot read " + path + ": " + FailureReason.of(e), e);
        }
    }

    /**
     * Writes a file atomically.
     *
     * @throws IllegalArgumentException if the header would be too large to be read again, or a name or text cannot be
     *     encoded; nothing is written
     * @throws IOException if the file cannot be written; what was there before is untouched
     */
    public static void write(Path path, SafetensorsFile contents) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter(contents);
        AtomicFile.write(path, writer::writeTo);
    }
}
