package io.gabor.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsRejectTest {
    private static Arguments entry(String fields, int dataBytes, String expected) {
        return Arguments.of("{\"w\":{" + fields + "}}", dataBytes, expected);
    }

    private static Arguments shaped(String shape, String offsets, int dataBytes, String expected) {
        return entry("\"dtype\":\"F32\",\"shape\":" + shape + ",\"data_offsets\":" + offsets, dataBytes, expected);
    }

    private static Arguments typed(String dtype, String expected) {
        return entry("\"dtype\":" + dtype + ",\"shape\":[1],\"data_offsets\":[0,8]", 8, expected);
    }

    /** Two tensors of one float each. */
    private static Arguments pair(String first, String second, int dataBytes, String expected) {
        String fields = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":";
        return Arguments.of("{\"v\":" + fields + first + "},\"w\":" + fields + second + "}}", dataBytes, expected);
    }

    static Stream<Arguments> headers() {
        return Stream.of(
                Arguments.of("", 0, "expected a header that begins with '{', found an empty one"),
                Arguments.of("[]", 0, "expected a header that begins with '{', found the byte 0x5b"),
                Arguments.of(" {}", 0, "expected a header that begins with '{', found the byte 0x20"),
                Arguments.of("{", 0, "not valid JSON: line 1, column 2"),
                Arguments.of("{}{}", 0, "not valid JSON: line 1, column 3: expected the end of the text"),
                Arguments.of("{}\0\0", 0, "not valid JSON"),
                Arguments.of("{\"w\":".repeat(70), 0, "at most 64 levels"),
                Arguments.of("{\"w\":1,\"w\":1}", 0, "expected each name once, found 'w' again"),
                Arguments.of("{\"w\":1}", 0, "expected an object for tensor 'w', found a number"),
                Arguments.of("{\"w\":null}", 0, "expected an object for tensor 'w', found null"),
                Arguments.of("{\"__metadata__\":[]}", 0, "expected an object for __metadata__, found a list"),
                Arguments.of("{\"__metadata__\":null}", 0, "expected an object for __metadata__, found null"),
                Arguments.of(
                        "{\"__metadata__\":{\"a\":1}}", 0, "expected text for 'a' in __metadata__, found a number"),
                Arguments.of("{\"__metadata__\":{\"a\":{}}}", 0, "found an object"),
                Arguments.of("{\"__metadata__\":{\"a\":\"1\",\"a\":\"1\"}}", 0, "each name once"),
                Arguments.of("{\"\\u001b[2J\\n\u009b\":1}", 0, "for tensor '\\u001b[2J\\u000a\\u009b', found a number"),
                Arguments.of("{\"" + "n".repeat(5000) + "\":1}", 0, "for tensor '" + "n".repeat(80) + "...', found"),
                entry("\"dtype\":\"F32\",\"shape\":[1]", 4, "expected dtype, shape and data_offsets for tensor 'w'"),
                entry(
                        "\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"stride\":[1]",
                        4,
                        "found '[dtype, shape, data_offsets, stride]'"),
                entry("\"dtype\":\"F32\",\"shape\":[1],\"offsets\":[0,4]", 4, "found '[dtype, shape, offsets]'"),
                typed("\"I64\"", "expected dtype F32, F64, F16 or BF16 for tensor 'w', found 'I64'; convert it"),
                typed("\"f32\"", "found 'f32'"),
                typed("\"\"", "found ''"),
                typed("null", "found null"),
                typed("32", "found a number"),
                shaped("4", "[0,4]", 4, "expected a list of integers as shape of tensor 'w', found a number"),
                shaped("[-1]", "[0,4]", 4, "expected integers from 0 to 2^63 - 1 in shape of tensor 'w', found -1"),
                shaped("[1.0]", "[0,4]", 4, "in shape of tensor 'w', found 1.0"),
                shaped("[-0]", "[0,0]", 0, "found -0.0"),
                shaped("[\"1\"]", "[0,4]", 4, "found a string"),
                shaped("[null]", "[0,4]", 4, "found null"),
                shaped("[true]", "[0,4]", 4, "found a boolean"),
                shaped("[9223372036854775808]", "[0,4]", 4, "found 9.223372036854776e18"),
                shaped("[0]", "[0,0]", 0, "tensors without elements are not supported"),
                shaped("[0,4294967296]", "[0,0]", 0, "tensors without elements are not supported"),
                shaped("[2147483648]", "[0,8589934592]", 0, "expected at most 2147483639 elements in tensor 'w'"),
                shaped("[2147483647]", "[0,8589934588]", 0, "expected at most 2147483639 elements in tensor 'w'"),
                shaped("[65536,65536]", "[0,0]", 0, "elements in tensor 'w', found shape '[65536, 65536]'"),
                shaped("[4294967296,4294967296]", "[0,0]", 0, "elements in tensor 'w'"),
                shaped("[" + "65536,".repeat(7) + "65536]", "[0,0]", 0, "elements in tensor 'w'"),
                shaped("[9223372036854775807,2]", "[0,0]", 0, "elements in tensor 'w'"),
                shaped("[" + "1,".repeat(32) + "1]", "[0,4]", 4, "expected at most 32 axes for tensor 'w', found 33"),
                shaped("[1]", "{}", 4, "expected a list of integers as data_offsets"),
                shaped("[1]", "[]", 4, "expected data_offsets [begin, end]"),
                shaped("[1]", "[4]", 4, "expected data_offsets [begin, end]"),
                shaped("[1]", "[0,4,4]", 4, "expected data_offsets [begin, end]"),
                shaped("[1]", "[4,0]", 4, "begin <= end for tensor 'w', found '[4, 0]'"),
                shaped("[1]", "[-4,0]", 4, "found -4"),
                shaped("[1]", "[0,4.0]", 4, "found 4.0"),
                shaped("[1]", "[0,8]", 8, "expected 4 bytes for tensor 'w' (F32, shape 1), found data_offsets [0, 8]"),
                shaped("[2]", "[0,4]", 4, "expected 8 bytes for tensor 'w'"),
                shaped("[]", "[0,0]", 0, "expected 4 bytes for tensor 'w' (F32, shape scalar)"),
                shaped("[1]", "[0,9223372036854775807]", 4, "expected 4 bytes for tensor 'w'"),
                shaped(
                        "[1]",
                        "[9223372036854775803,9223372036854775807]",
                        4,
                        "expected tensor 'w' to begin at data offset 0"),
                shaped("[1]", "[4,8]", 8, "to begin at data offset 0, found 4: bytes of no tensor"),
                shaped("[1]", "[0,4]", 3, "expected 4 bytes of data behind the header, found 3: the file is cut off"),
                shaped("[1]", "[0,4]", 5, "expected 4 bytes of data behind the header, found 5: there are trailing"),
                shaped(
                        "[268435456]",
                        "[0,1073741824]",
                        8,
                        "expected 1073741824 bytes of data behind the header, found 8"),
                Arguments.of("{}", 1, "expected 0 bytes of data behind the header, found 1: there are trailing bytes"),
                pair("[0,4]", "[0,4]", 4, "tensor 'w' to begin at data offset 4, found 0: it overlaps"),
                pair("[0,4]", "[2,6]", 6, "tensor 'w' to begin at data offset 4, found 2: it overlaps"),
                pair("[4,8]", "[3,7]", 8, "tensor 'w' to begin at data offset 0, found 3: bytes of no tensor"),
                pair("[0,4]", "[8,12]", 12, "tensor 'w' to begin at data offset 4, found 8: bytes of no tensor"),
                pair("[0,4]", "[4,8]", 4, "expected 8 bytes of data behind the header, found 4"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void rejectsAndSaysWhy(String header, int dataBytes, String expected) {
        FormatException e = assertThrows(
                FormatException.class, () -> SafetensorsBytes.read(SafetensorsBytes.file(header, dataBytes)));
        assertTrue(e.getMessage().startsWith("m: "), e.getMessage());
        assertTrue(e.getMessage().contains(expected), e.getMessage());
        assertEquals(-1, e.getMessage().indexOf('\n'), e.getMessage());
        assertTrue(e.getMessage().length() < 400, e.getMessage());
    }

    @Test
    void rejectsAHeaderThatIsNoUtf8() {
        byte[] bytes = SafetensorsBytes.file("{\"__metadata__\":{\"a\":\"x\"}}", 0);
        bytes[8 + 22] = (byte) 0xff;
        FormatException e = assertThrows(FormatException.class, () -> SafetensorsBytes.read(bytes));
        assertTrue(e.getMessage().contains("expected UTF-8, found the byte 0xff at offset 22"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7})
    void rejectsFilesWithoutALength(int bytes) {
        FormatException e = assertThrows(FormatException.class, () -> SafetensorsBytes.read(new byte[bytes]));
        assertEquals("m: expected a safetensors file of at least 8 bytes, found " + bytes, e.getMessage());
    }

    /** Reads a file of 20 bytes that claims a header of this length. */
    private static FormatException claim(long headerBytes) {
        byte[] bytes = new byte[20];
        Arrays.fill(bytes, (byte) '{');
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(headerBytes);
        return assertThrows(FormatException.class, () -> SafetensorsBytes.read(bytes));
    }

    @Test
    void rejectsLengthsOfTheHeader() {
        assertTrue(claim(13).getMessage().contains("expected a header of 13 bytes, found only 12 in the file"));
        assertTrue(claim(100_000_000).getMessage().contains("found only 12 in the file"));
        assertTrue(claim(100_000_001).getMessage().contains("at most 100000000 bytes, found the length 100000001"));
        assertTrue(claim(Long.MAX_VALUE).getMessage().contains("found the length 9223372036854775807"));
        assertTrue(claim(Long.MIN_VALUE).getMessage().contains("found the length 9223372036854775808"));
        assertTrue(claim(-1).getMessage().contains("found the length 18446744073709551615"));
        assertTrue(claim(-8).getMessage().contains("at most 100000000 bytes"));
    }

    @Test
    void everyTruncationAndExtensionIsRejected() throws IOException {
        byte[] whole = SafetensorsBytes.file(
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", SafetensorsBytes.floats(1, 2));
        SafetensorsBytes.read(whole);
        for (int length = 0; length < whole.length + 10; length++) {
            if (length != whole.length) {
                byte[] wrong = Arrays.copyOf(whole, length);
                assertThrows(FormatException.class, () -> SafetensorsBytes.read(wrong), length + " bytes");
            }
        }
    }

    @Test
    void aSmallFileCannotCostMemory() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] tensorOfOneGibibyte = SafetensorsBytes.file(
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[268435456],\"data_offsets\":[0,1073741824]}}", 0);
        long before = threads.getCurrentThreadAllocatedBytes();
        claim(1L << 30);
        claim(100_000_000);
        assertThrows(FormatException.class, () -> SafetensorsBytes.read(tensorOfOneGibibyte));
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 1 << 20, allocated + " bytes");
    }
}
