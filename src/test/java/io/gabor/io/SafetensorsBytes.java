package io.gabor.io;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;

/** Builds files by hand and reads them from memory. */
final class SafetensorsBytes {
    private SafetensorsBytes() {}

    /** Returns a file with this header, as it is, and this much data: the bytes 0, 1, 2, ... */
    static byte[] file(String header, int dataBytes) {
        byte[] data = new byte[dataBytes];
        for (int i = 0; i < dataBytes; i++) {
            data[i] = (byte) i;
        }
        return file(header, data);
    }

    static byte[] file(String header, byte[] data) {
        byte[] utf8 = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + utf8.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(utf8.length)
                .put(utf8)
                .put(data)
                .array();
    }

    static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    static SafetensorsFile read(byte[] bytes) throws IOException {
        return new SafetensorsReader(Channels.newChannel(new ByteArrayInputStream(bytes)), bytes.length, "m").read();
    }

    static byte[] write(SafetensorsFile file) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new SafetensorsWriter(file).writeTo(out);
        return out.toByteArray();
    }
}
