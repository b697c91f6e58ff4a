package io.gabor.io;

import io.gabor.io.SafetensorsHeader.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads one safetensors file from its first byte to its last; the rules are those of {@link Safetensors}. */
final class SafetensorsReader {
    /** The bytes before the header: its length. */
    static final int LENGTH_BYTES = 8;

    /** The format's own limit. */
    static final int MAX_HEADER_BYTES = 100_000_000;

    /** Bytes of heap that a byte of header can cost while it is parsed: the bytes, two texts, the values. */
    private static final int HEAP_PER_HEADER_BYTE = 8;

    private static final int CHUNK_BYTES = 1 << 16;

    private final ReadableByteChannel in;
    private final long fileBytes;
    private final String file;

    /**
     * @param in at the first byte
     * @param fileBytes how many bytes there are
     * @param file the name for messages
     */
    SafetensorsReader(ReadableByteChannel in, long fileBytes, String file) {
        this.in = in;
        this.fileBytes = fileBytes;
        this.file = file;
    }

    SafetensorsFile read() throws IOException {
        if (fileBytes < LENGTH_BYTES) {
            throw problem("expected a safetensors file of at least " + LENGTH_BYTES + " bytes, found " + fileBytes);
        }
        int headerBytes = headerBytes(readFully(LENGTH_BYTES).getLong());
        byte[] utf8 = readFully(headerBytes).array();
        SafetensorsHeader header = SafetensorsHeader.parse(utf8, fileBytes - LENGTH_BYTES - headerBytes, file);
        checkHeap(header.elements() * Float.BYTES, "values");
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        for (Entry entry : header.entries()) {
            tensors.put(entry.name(), new TensorData(entry.shape(), readValues(entry)));
        }
        return new SafetensorsFile(header.metadata(), tensors);
    }

    private int headerBytes(long claimed) {
        // As an unsigned number; a negative one is above 2^63.
        if (claimed < 0 || claimed > MAX_HEADER_BYTES) {
            throw problem("expected a header of at most " + MAX_HEADER_BYTES + " bytes, found the length "
                    + Long.toUnsignedString(claimed) + "; this is no safetensors file");
        }
        long available = fileBytes - LENGTH_BYTES;
        if (claimed > available) {
            throw problem("expected a header of " + claimed + " bytes, found only " + available
                    + " in the file: it is cut off, or no safetensors file");
        }
        checkHeap(claimed * HEAP_PER_HEADER_BYTE, "header");
        return (int) claimed;
    }

    /** A file can be larger than memory and honest; say so before the allocation fails. */
    private void checkHeap(long needed, String what) {
        long heap = Runtime.getRuntime().maxMemory();
        if (needed > heap) {
            throw problem("its " + what + " may need " + (needed >> 20) + " MiB of memory, this JVM may use "
                    + (heap >> 20) + " MiB; give it more with -Xmx");
        }
    }

    private float[] readValues(Entry entry) throws IOException {
        float[] values = new float[entry.shape().size()];
        Dtype dtype = entry.dtype();
        int perChunk = CHUNK_BYTES / dtype.bytes();
        ByteBuffer chunk = littleEndian(Math.min(values.length, perChunk) * dtype.bytes());
        int done = 0;
        while (done < values.length) {
            int end = done + Math.min(perChunk, values.length - done);
            chunk.clear().limit((end - done) * dtype.bytes());
            fill(chunk);
            while (done < end) {
                values[done++] = dtype.next(chunk);
            }
        }
        return values;
    }

    private ByteBuffer readFully(int bytes) throws IOException {
        ByteBuffer buffer = littleEndian(bytes);
        fill(buffer);
        return buffer;
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Reads until the buffer is full and flips it. */
    private void fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (in.read(buffer) < 0) {
                throw problem(
                        "expected " + fileBytes + " bytes, found fewer: the file became shorter while it was read");
            }
        }
        buffer.flip();
    }

    private FormatException problem(String problem) {
        return new FormatException(file + ": " + problem);
    }
}
