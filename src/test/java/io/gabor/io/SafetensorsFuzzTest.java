package io.gabor.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Damaged files are either refused with a FormatException or read as something that is valid. */
class SafetensorsFuzzTest {
    private static final String HEADER = "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"c1.weight\":{\"dtype\":\"F32\",\"shape\":[2,1,2,2],\"data_offsets\":[0,32]},"
            + "\"c1.bias\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[32,48]},"
            + "\"h\":{\"dtype\":\"F16\",\"shape\":[],\"data_offsets\":[48,50]}}";
    private static final int DATA_BYTES = 50;

    private final SplittableRandom random = new SplittableRandom(7);
    private int accepted;
    private int rejected;

    /** Nothing but a FormatException may come out; what is read must survive being written and read. */
    private void check(byte[] bytes) throws IOException {
        SafetensorsFile read;
        try {
            read = SafetensorsBytes.read(bytes);
        } catch (FormatException e) {
            assertTrue(e.getMessage().startsWith("m: ") && e.getMessage().indexOf('\n') < 0, e.getMessage());
            rejected++;
            return;
        }
        assertEquals(read, SafetensorsBytes.read(SafetensorsBytes.write(read)));
        accepted++;
    }

    @Test
    void damageAnywhere() throws IOException {
        byte[] file = SafetensorsBytes.file(HEADER, DATA_BYTES);
        for (int i = 0; i < 20_000; i++) {
            check(Mutation.of(file, random));
        }
        assertTrue(accepted > 500 && rejected > 5_000, accepted + " accepted, " + rejected + " rejected");
    }

    /** The length is put right again, so that the damage reaches the checks behind it. */
    @Test
    void damageInTheHeader() throws IOException {
        byte[] header = HEADER.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = Mutation.of(header, random);
            byte[] whole = SafetensorsBytes.file("", DATA_BYTES);
            whole = Mutation.splice(whole, Long.BYTES, 0, damaged);
            ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putLong(damaged.length);
            check(whole);
        }
        assertTrue(accepted > 500 && rejected > 5_000, accepted + " accepted, " + rejected + " rejected");
    }

    @Test
    void anyLengthOfTheHeader() throws IOException {
        byte[] file = SafetensorsBytes.file(HEADER, DATA_BYTES);
        for (int i = 0; i < 5_000; i++) {
            byte[] changed = file.clone();
            long length = i < 400 ? i : random.nextLong() >> random.nextInt(64);
            ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
            check(changed);
        }
        assertEquals(1, accepted, "only the true length is right");
    }

    /** Valid JSON with integers from the places where arithmetic breaks. */
    @Test
    void anyIntegersInTheEntries() throws IOException {
        long[] small = {0, 1, 2, 3, 4, 8, 12, 16, 46341, 65536};
        long[] large = {1L << 30, Integer.MAX_VALUE, 1L << 31, 1L << 32, 1L << 62, Long.MAX_VALUE, -1, Long.MIN_VALUE};
        for (int i = 0; i < 20_000; i++) {
            StringBuilder header = new StringBuilder("{");
            for (int tensor = 0; tensor < 2; tensor++) {
                long[] shape = pick(small, large, random.nextInt(4));
                long[] offsets = pick(small, large, 2);
                header.append(tensor == 0 ? "" : ",")
                        .append("\"t" + tensor + "\":{\"dtype\":\"F32\",\"shape\":" + Arrays.toString(shape))
                        .append(",\"data_offsets\":" + Arrays.toString(offsets) + "}");
            }
            check(SafetensorsBytes.file(header.append('}').toString(), random.nextInt(5) * 4));
        }
        assertTrue(rejected > 19_000, accepted + " accepted, " + rejected + " rejected");
    }

    private long[] pick(long[] small, long[] large, int count) {
        long[] picked = new long[count];
        for (int i = 0; i < count; i++) {
            long[] from = random.nextInt(3) == 0 ? large : small;
            picked[i] = from[random.nextInt(from.length)];
        }
        return picked;
    }

    @Test
    void noise() throws IOException {
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (bytes.length > Long.BYTES) {
                Arrays.fill(bytes, 1, Long.BYTES, (byte) 0);
                bytes[0] = (byte) random.nextInt(bytes.length);
            }
            check(bytes);
        }
        assertEquals(0, accepted);
    }
}
