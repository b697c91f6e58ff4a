package io.gabor.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    @TempDir
    Path folder;

    private static TensorData tensor(Shape shape, float... values) {
        return new TensorData(shape, values);
    }

    /** The file of {@link #golden}, byte by byte. */
    private static final byte[] GOLDEN = HexFormat.of()
            .parseHex(""
                    + "b000000000000000" // 176: 170 and the padding
                    + hex("{\"__metadata__\":{\"a\":\"\u00e9\",\"format\":\"pt\"},")
                    + hex("\"dense.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},")
                    + hex("\"dense.weight\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[8,16]}}")
                    + "202020202020" // padding
                    + "0000803f" // 1
                    + "000000c0" // -2
                    + "cdcccc3d" // 0.1
                    + "0000c07f"); // NaN

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private static SafetensorsFile golden() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.put("a", "\u00e9");
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("dense.weight", tensor(Shape.of(2, 1), 0.1f, Float.NaN));
        tensors.put("dense.bias", tensor(Shape.of(2), 1, -2));
        return new SafetensorsFile(metadata, tensors);
    }

    @Test
    void writesTheGoldenBytes() throws IOException {
        assertEquals(HexFormat.of().formatHex(GOLDEN), HexFormat.of().formatHex(SafetensorsBytes.write(golden())));
        Path file = folder.resolve("golden.safetensors");
        Safetensors.write(file, golden());
        assertArrayEquals(GOLDEN, Files.readAllBytes(file));
    }

    @Test
    void readsTheGoldenBytes() throws IOException {
        Path file = folder.resolve("golden.safetensors");
        Files.write(file, GOLDEN);
        SafetensorsFile read = Safetensors.read(file);
        assertEquals(golden(), read);
        assertEquals(
                List.of("dense.bias", "dense.weight"),
                List.copyOf(read.tensors().keySet()));
    }

    @Test
    void theEmptyFileOfTheFormat() throws IOException {
        byte[] bytes = SafetensorsBytes.write(new SafetensorsFile(Map.of(), Map.of()));
        assertArrayEquals(SafetensorsBytes.file("{}      ", 0), bytes);
        assertEquals(new SafetensorsFile(Map.of(), Map.of()), SafetensorsBytes.read(bytes));
    }

    @Test
    void readsAnyOrderOfTheHeaderAndAScalar() throws IOException {
        SafetensorsFile read = SafetensorsBytes.read(SafetensorsBytes.file(
                "{ \"z\" : {\"data_offsets\":[4,12], \"shape\":[1,2], \"dtype\":\"F32\"},\n"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}, \"__metadata__\":{} }\n  ",
                SafetensorsBytes.floats(5, 6, 7)));
        assertEquals(Map.of("a", tensor(Shape.of(), 5), "z", tensor(Shape.of(1, 2), 6, 7)), read.tensors());
        assertEquals(List.of("a", "z"), List.copyOf(read.tensors().keySet()));
        assertEquals(Map.of(), read.metadata());
    }

    @Test
    void convertsTheOtherFloatingPointTypes() throws IOException {
        byte[] data = ByteBuffer.allocate(14)
                .put(HexFormat.of().parseHex("000000000000f83f" + "003c0080" + "803f"))
                .array();
        SafetensorsFile read = SafetensorsBytes.read(SafetensorsBytes.file(
                "{\"d\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},"
                        + "\"h\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[8,12]},"
                        + "\"b\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[12,14]}}",
                data));
        assertEquals(
                Map.of(
                        "d", tensor(Shape.of(1), 1.5f),
                        "h", tensor(Shape.of(2), 1f, -0f),
                        "b", tensor(Shape.of(1), 1f)),
                read.tensors());
    }

    @Test
    void randomFilesComeBackBitForBit() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        Path file = folder.resolve("random.safetensors");
        for (int round = 0; round < 20; round++) {
            SafetensorsFile contents = random(random);
            Safetensors.write(file, contents);
            SafetensorsFile read = Safetensors.read(file);
            assertEquals(contents, read);
            contents.tensors().forEach((name, tensor) -> {
                float[] values = read.tensors().get(name).values();
                for (int i = 0; i < values.length; i++) {
                    assertEquals(Float.floatToRawIntBits(tensor.values()[i]), Float.floatToRawIntBits(values[i]), name);
                }
            });
            assertEquals(0, ByteBuffer.wrap(Files.readAllBytes(file)).get(0) % 8, "the data is aligned");
        }
    }

    /** Some tensors longer than the reader's and the writer's chunks, and any bits: NaNs with payloads too. */
    private static SafetensorsFile random(SplittableRandom random) {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            int[] dims = random.ints(random.nextInt(5), 1, 5).toArray();
            Shape shape = random.nextInt(5) == 0 ? Shape.of(random.nextInt(1, 60_000)) : Shape.of(dims);
            float[] values = new float[shape.size()];
            for (int k = 0; k < values.length; k++) {
                values[k] = Float.intBitsToFloat(random.nextInt());
            }
            tensors.put("t\u20ac\"\n" + random.nextInt(1000), new TensorData(shape, values));
        }
        Map<String, String> metadata = new HashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            metadata.put("key" + random.nextInt(), "{\"json\": \"in \\u0041 text\"}\0" + random.nextInt());
        }
        return new SafetensorsFile(metadata, tensors);
    }

    @Test
    void equalContentsAreEqualFilesWhateverTheOrder() throws IOException {
        SafetensorsFile contents = golden();
        Map<String, TensorData> reversed = new LinkedHashMap<>();
        reversed.put("dense.bias", contents.tensors().get("dense.bias"));
        reversed.put("dense.weight", contents.tensors().get("dense.weight"));
        SafetensorsFile other = new SafetensorsFile(new HashMap<>(contents.metadata()), reversed);
        assertNotEquals(List.copyOf(contents.tensors().keySet()), List.copyOf(reversed.keySet()));
        assertArrayEquals(SafetensorsBytes.write(contents), SafetensorsBytes.write(other));
        assertArrayEquals(SafetensorsBytes.write(contents), SafetensorsBytes.write(contents));
    }

    @Test
    void whatCannotBeWrittenLeavesTheOldFile() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.writeString(file, "old");
        SafetensorsFile bad = new SafetensorsFile(Map.of("a", "\ud800"), Map.of());
        assertThrows(IllegalArgumentException.class, () -> Safetensors.write(file, bad));
        assertEquals("old", Files.readString(file));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void theRecordsCheckThemselves() {
        assertThrows(IllegalArgumentException.class, () -> tensor(Shape.of(2), 1));
        Map<String, TensorData> reserved = Map.of("__metadata__", tensor(Shape.of(1), 1));
        assertThrows(IllegalArgumentException.class, () -> new SafetensorsFile(Map.of(), reserved));
        Map<String, String> holes = new HashMap<>();
        holes.put("a", null);
        assertThrows(NullPointerException.class, () -> new SafetensorsFile(holes, Map.of()));
    }

    @Test
    void aMissingFileAndAFolderAreNamed() {
        Path missing = folder.resolve("none.safetensors");
        IOException e = assertThrows(IOException.class, () -> Safetensors.read(missing));
        assertEquals("cannot read " + missing + ": there is no such file or folder", e.getMessage());
        e = assertThrows(IOException.class, () -> Safetensors.read(folder));
        assertEquals("cannot read " + folder + ": expected a regular file, found a folder", e.getMessage());
    }

    @Test
    void formatErrorsNameTheFile() throws IOException {
        Path file = folder.resolve("broken.safetensors");
        Files.write(file, new byte[5]);
        FormatException e = assertThrows(FormatException.class, () -> Safetensors.read(file));
        assertTrue(e.getMessage().startsWith(file + ": expected "), e.getMessage());
    }
}
