package io.gabor.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.backend.Bias;
import io.gabor.model.Models;
import io.gabor.model.Recipe;
import io.gabor.nn.BatchNorm2d;
import io.gabor.nn.Conv2d;
import io.gabor.nn.Dense;
import io.gabor.nn.Flatten;
import io.gabor.nn.Layer;
import io.gabor.nn.MaxPool2d;
import io.gabor.nn.Network;
import io.gabor.nn.ReLU;
import io.gabor.nn.Residual;
import io.gabor.nn.Sequential;
import io.gabor.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Model files: what is written is read, the same network gives the same bytes, and nothing that is wrong gets in. */
final class ModelFileTest {
    private static final Shape IMAGE = Shape.of(2, 6, 5);
    private static final Recipe RECIPE = Models.byName("digits01").recipe();

    @TempDir
    Path folder;

    private final Backend backend = Backends.select("reference");

    @AfterEach
    void close() {
        backend.close();
    }

    private static Layer layers() {
        return Sequential.of(
                new Conv2d(2, 3).padding(1).bias(Bias.PER_PIXEL),
                new BatchNorm2d(),
                new ReLU(),
                Residual.of(new Conv2d(2, 1).bias(Bias.NONE), new ReLU()),
                new MaxPool2d(2),
                new Flatten(),
                new Dense(3).named("head"));
    }

    private Network network() {
        return Network.training(layers(), IMAGE, backend, 2, 9);
    }

    private Path written() throws IOException {
        Path path = folder.resolve("model.safetensors");
        try (Network network = network()) {
            ModelFile.of(network, RECIPE.write()).write(path);
        }
        return path;
    }

    private static float[] samples() {
        float[] samples = new float[3 * IMAGE.size()];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) Math.cos(i);
        }
        return samples;
    }

    @Test
    void aNetworkComesBackAsItWas() throws IOException {
        ModelFile read = ModelFile.read(written());
        assertEquals(IMAGE, read.input());
        assertEquals(RECIPE.write(), Recipe.read(read.recipe()).write());
        try (Network original = network();
                Network used = read.inference(backend, 2);
                Network trained = read.training(backend, 3)) {
            assertEquals(original.weights().keySet(), used.weights().keySet());
            original.weights()
                    .forEach((name, values) ->
                            assertArrayEquals(values, used.weights().get(name), name));
            assertArrayEquals(original.infer(samples()), used.infer(samples()));
            assertArrayEquals(original.infer(samples()), trained.infer(samples()));
            assertFalse(used.isTraining());
            assertTrue(trained.isTraining());
        }
        assertEquals(0, backend.allocatedBytes());
    }

    @Test
    void theSameNetworkGivesTheSameBytesAndSoDoesWhatWasRead() throws IOException {
        Path first = written();
        Path second = folder.resolve("second");
        try (Network network = network()) {
            ModelFile.of(network, RECIPE.write()).write(second);
        }
        assertEquals(-1, Files.mismatch(first, second));
        ModelFile.read(first).write(second);
        assertEquals(-1, Files.mismatch(first, second));
        try (Network network = ModelFile.read(first).training(backend, 1)) {
            ModelFile.of(network, ModelFile.read(first).recipe()).write(second);
        }
        assertEquals(-1, Files.mismatch(first, second));
    }

    @Test
    void theWeightsAreTensorsOfTheirNames() throws IOException {
        SafetensorsFile file = Safetensors.read(written());
        Map<String, Shape> shapes = new HashMap<>();
        file.tensors().forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        assertEquals(
                Map.of(
                        "conv1.weight", Shape.of(2, 2, 3, 3),
                        "conv1.bias", Shape.of(2, 6, 5),
                        "batch_norm1.weight", Shape.of(2),
                        "batch_norm1.bias", Shape.of(2),
                        "batch_norm1.running_mean", Shape.of(2),
                        "batch_norm1.running_var", Shape.of(2),
                        "residual1.conv1.weight", Shape.of(2, 2, 1, 1),
                        "head.weight", Shape.of(3, 12),
                        "head.bias", Shape.of(3)),
                shapes);
    }

    @TestFactory
    Stream<DynamicTest> everyModelByNameCanBeSavedAndRead() {
        return Models.all().stream()
                .map(model -> dynamicTest(model.name(), () -> {
                    Path path = folder.resolve(model.name());
                    try (Network network = Network.training(model.layers(), model.sampleShape(), backend, 1, 1)) {
                        ModelFile.of(network, model.recipe().write()).write(path);
                    }
                    ModelFile read = ModelFile.read(path);
                    assertEquals(
                            model.recipe().write(), Recipe.read(read.recipe()).write());
                    try (Network network = read.inference(backend, 1)) {
                        assertEquals(model.classes(), network.out().sampleSize());
                    }
                }));
    }

    // ---- hostile files
    // ------------------------------------------------------------------------------------------------

    private String refused(Map<String, String> metadata, Map<String, TensorData> tensors) throws IOException {
        Path path = folder.resolve("hostile");
        Safetensors.write(path, new SafetensorsFile(metadata, tensors));
        String message =
                assertThrows(FormatException.class, () -> ModelFile.read(path)).getMessage();
        assertTrue(message.startsWith(path + ": "), message);
        assertFalse(message.contains("\n"), message);
        assertTrue(message.length() < 1000, message.length() + " characters");
        return message;
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "format | other | not a Gabor model: expected the format 'gabor-model-1'",
                "format | - | not a Gabor model",
                "input | - | its metadata has no 'input'",
                "input | [1,2 | line 1",
                "input | {} | the metadata's 'input'",
                "input | [2,6,0] | integers above 0",
                "input | [2,6,5.0] | integers above 0",
                "input | [2,6,99999999999] | integers above 0",
                "input | [65536,65536] | 2^31",
                "input | [2,5,6] | conv1.bias must be 2×5×6, found 2×6×5",
                "input | [2,6,2] | conv1.bias must be 2×6×2, found 2×6×5",
                "input | [1,6,5] | conv1.weight must be 2×1×3×3, found 2×2×3×3",
                "input | [60] | layer conv1 (conv2d) cannot take an input of shape 60",
                "input | [] | layer conv1 (conv2d) cannot take an input of shape scalar",
                "architecture | - | its metadata has no 'architecture'",
                "architecture | [] | the metadata's 'architecture'",
                "architecture | {} | the network: 'kind' must be a string",
                "architecture | {\"kind\":\"transformer\"} | the network: 'kind' must be one of",
                "architecture | {\"kind\":\"sequential\",\"layers\":[]} | at least one layer",
                "architecture | {\"kind\":\"sequential\",\"layers\":[{\"kind\":\"dense\",\"units\":\"x\"}]} | layer 1 (dense): 'units'",
                "recipe | - | its metadata has no 'recipe'",
                "recipe | 7 | the metadata's 'recipe'"
            })
    void metadataThatIsWrongIsRefused(String key, String value, String reason) throws IOException {
        SafetensorsFile good = Safetensors.read(written());
        Map<String, String> metadata = new LinkedHashMap<>(good.metadata());
        if (value.equals("-")) {
            metadata.remove(key);
        } else {
            metadata.put(key, value);
        }
        String message = refused(metadata, good.tensors());
        assertTrue(message.contains(reason), message);
    }

    static Stream<Arguments> wrongTensors() {
        return Stream.of(
                arguments("head.bias", null, "the tensor head.bias of shape 3 is missing"),
                arguments("head.bias", Shape.of(1, 3), "the tensor head.bias must be 3, found 1×3"),
                arguments("head.weight", Shape.of(12, 3), "the tensor head.weight must be 3×12, found 12×3"),
                arguments("conv1.weight", Shape.of(2, 2, 3), "conv1.weight must be 2×2×3×3, found 2×2×3"),
                arguments("conv2.weight", Shape.of(1), "tensors that no layer asks for: [conv2.weight]"),
                arguments("weight", Shape.of(), "tensors that no layer asks for: [weight]"));
    }

    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource("wrongTensors")
    void tensorsThatAreMissingExtraOrOfAnotherShapeAreRefused(String name, Shape shape, String reason)
            throws IOException {
        SafetensorsFile good = Safetensors.read(written());
        Map<String, TensorData> tensors = new LinkedHashMap<>(good.tensors());
        if (shape == null) {
            tensors.remove(name);
        } else {
            tensors.put(name, new TensorData(shape, new float[shape.size()]));
        }
        String message = refused(good.metadata(), tensors);
        assertTrue(message.contains(reason), message);
    }

    private String refusedArchitecture(String architecture, String input, Map<String, TensorData> tensors)
            throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "gabor-model-1");
        metadata.put("input", input);
        metadata.put("architecture", architecture.replace('\'', '"'));
        metadata.put("recipe", "{}");
        return refused(metadata, tensors);
    }

    /** Such weights would take 8 GB; the heap of a test does not hold them. */
    @Test
    void aHugeArchitectureInATinyFileCostsNothing() throws IOException {
        String huge = "{'kind':'sequential','layers':[{'kind':'dense','units':2147483647}]}";
        assertTrue(refusedArchitecture(huge, "[1]", Map.of())
                .contains("the tensor dense1.weight of shape 2147483647×1 is missing"));
        assertTrue(refusedArchitecture(huge, "[2]", Map.of()).contains("2^31"));
        String convolution =
                "{'kind':'sequential','layers':[{'kind':'conv2d','filters':2147483647,'kernel':2147483647,'padding':2147483647}]}";
        assertTrue(refusedArchitecture(convolution, "[1,1,1]", Map.of()).contains("layer conv1 (conv2d)"));
        String same = "{'kind':'sequential','layers':[{'kind':'conv2d','filters':1,'kernel':40000,'padding':'same'}]}";
        assertTrue(refusedArchitecture(same, "[1,40000,40000]", Map.of())
                .contains("conv1.weight of shape 1×1×40000×40000"));
    }

    @Test
    void aSingleLayerInPlaceOfAContainerIsRefused() throws IOException {
        String message = refusedArchitecture(
                "{'kind':'dense','units':1}",
                "[1]",
                Map.of(
                        "weight",
                        new TensorData(Shape.of(1, 1), new float[1]),
                        "bias",
                        new TensorData(Shape.of(1), new float[1])));
        assertTrue(message.contains("must be a sequential or residual, found dense"), message);
    }

    @Test
    void aResidualThatChangesTheShapeIsRefusedAlsoAsTheOutermostLayer() throws IOException {
        String message = refusedArchitecture(
                "{'kind':'residual','layers':[{'kind':'dense','units':2,'bias':false}]}",
                "[3]",
                Map.of("dense1.weight", new TensorData(Shape.of(2, 3), new float[6])));
        assertTrue(message.contains("the outermost residual cannot take an input of shape 3"), message);
    }

    @Test
    void valuesOfAnyLengthAreNotRepeated() throws IOException {
        String name = "x".repeat(5000) + "\n";
        refusedArchitecture("{'kind':'" + "x".repeat(100_000) + "'}", "[1]", Map.of());
        refusedArchitecture(
                "{'kind':'sequential','layers':[{'kind':'relu'}]}",
                "[1]",
                Map.of(name, new TensorData(Shape.of(1), new float[1])));
        refusedArchitecture("'" + "x".repeat(100_000) + "'", "[1]", Map.of());
        refusedArchitecture("{'kind':'relu'}", "[" + "1,".repeat(50_000) + "0]", Map.of());
        refusedArchitecture(
                "{'kind':'sequential','layers':[{'kind':'relu','name':'" + "x".repeat(100_000)
                        + "'},{'kind':'dense','units':1}]}",
                "[1" + ",1".repeat(50_000) + "]",
                Map.of());
    }

    @Test
    void layersAreNestedOnlySoDeep() throws IOException {
        String open = "{'kind':'sequential','layers':[".repeat(50);
        refusedArchitecture(open + "{'kind':'relu'}" + "]}".repeat(50), "[1]", Map.of());
        String wide = "{'kind':'sequential','layers':[" + "[".repeat(5000) + "]".repeat(5000) + "]}";
        refusedArchitecture(wide, "[1]", Map.of());
    }

    /** Any damage is either refused with one clear line or leaves a model that can be built. */
    @TestFactory
    Stream<DynamicTest> damagedFilesAreRefusedOrStillModels() throws IOException {
        byte[] good = Files.readAllBytes(written());
        return IntStream.range(0, 20)
                .mapToObj(block -> dynamicTest("seed " + block, () -> {
                    SplittableRandom random = new SplittableRandom(block);
                    Path path = folder.resolve("damaged");
                    for (int i = 0; i < 50; i++) {
                        Files.write(path, Mutation.of(good, random));
                        try {
                            ModelFile.read(path).inference(backend, 1).close();
                        } catch (FormatException e) {
                            assertTrue(e.getMessage().startsWith("" + path), e.getMessage());
                            assertFalse(e.getMessage().contains("\n"), e.getMessage());
                        }
                    }
                }));
    }

    // ---- failures while writing
    // ---------------------------------------------------------------------------------------

    @Test
    void aModelThatCannotBeWrittenLeavesTheOldFile() throws IOException {
        Path path = written();
        byte[] before = Files.readAllBytes(path);
        Map<String, Object> recipe = new LinkedHashMap<>(RECIPE.write());
        recipe.put("loss", new Object());
        try (Network network = network()) {
            ModelFile model = ModelFile.of(network, recipe);
            assertThrows(IllegalArgumentException.class, () -> model.write(path));
        }
        assertArrayEquals(before, Files.readAllBytes(path));
        assertEquals(List.of(path), list());
    }

    @Test
    void aFullDiskIsSaid() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "this system has no /dev/full");
        ModelFile model = ModelFile.read(written());
        IOException error = assertThrows(IOException.class, () -> model.write(full));
        assertTrue(error.getMessage().startsWith("cannot write /dev/full: "), error.getMessage());
    }

    @Test
    void aMissingFolderIsSaid() throws IOException {
        ModelFile model = ModelFile.read(written());
        Path path = folder.resolve("nowhere").resolve("model");
        assertTrue(assertThrows(IOException.class, () -> model.write(path))
                .getMessage()
                .contains("nowhere does not exist"));
        assertThrows(IOException.class, () -> ModelFile.read(path));
    }

    private List<Path> list() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
