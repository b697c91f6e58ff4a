package io.gabor.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Writes one safetensors file; the rules are those of {@link Safetensors}. */
final class SafetensorsWriter {
    private static final int ALIGNMENT = 8;
    private static final int CHUNK_VALUES = 1 << 14;

    private final SortedMap<String, TensorData> tensors;
    private final byte[] header;

    /** Makes the header, so that whatever is wrong with the contents shows before a file is touched. */
    SafetensorsWriter(SafetensorsFile contents) {
        tensors = new TreeMap<>(contents.tensors());
        header = padded(Json.write(header(contents.metadata())).getBytes(StandardCharsets.UTF_8));
        if (header.length > SafetensorsReader.MAX_HEADER_BYTES) {
            throw new IllegalArgumentException("expected a header of at most " + SafetensorsReader.MAX_HEADER_BYTES
                    + " bytes, found " + header.length + "; use shorter names or less metadata");
        }
    }

    private Map<String, Object> header(Map<String, String> metadata) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            fields.put(SafetensorsFile.METADATA_KEY, new TreeMap<>(metadata));
        }
        long offset = 0;
        for (Map.Entry<String, TensorData> tensor : tensors.entrySet()) {
            long begin = offset;
            offset += (long) Float.BYTES * tensor.getValue().values().length;
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("dtype", Dtype.F32.name());
            entry.put(
                    "shape",
                    Arrays.stream(tensor.getValue().shape().dims()).boxed().toList());
            entry.put("data_offsets", List.of(begin, offset));
            fields.put(tensor.getKey(), entry);
        }
        return fields;
    }

    /** Spaces up to the alignment: the data may then be mapped into memory as it is. */
    private static byte[] padded(byte[] json) {
        int length = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] padded = Arrays.copyOf(json, length);
        Arrays.fill(padded, json.length, length, (byte) ' ');
        return padded;
    }

    void writeTo(OutputStream out) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(SafetensorsReader.LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.write(length.putLong(header.length).array());
        out.write(header);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_VALUES * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (TensorData tensor : tensors.values()) {
            float[] values = tensor.values();
            int done = 0;
            while (done < values.length) {
                int count = Math.min(CHUNK_VALUES, values.length - done);
                chunk.asFloatBuffer().put(values, done, count);
                out.write(chunk.array(), 0, count * Float.BYTES);
                done += count;
            }
        }
    }
}
