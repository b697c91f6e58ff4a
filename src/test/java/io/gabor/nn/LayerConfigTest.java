package io.gabor.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.gabor.io.Json;
import io.gabor.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers as plain values: what is written is read back as the same, also through JSON; what is wrong is said with its place. */
final class LayerConfigTest {
    @TestFactory
    Stream<DynamicTest> randomNetworksAreReadBackAsTheyWereWritten() {
        return IntStream.rangeClosed(1, 40).mapToObj(seed -> roundTrip(seed, layers -> layers.network(true)));
    }

    @TestFactory
    Stream<DynamicTest> randomLayersAreReadBackAsTheyWereWritten() {
        return Stream.<Function<RandomLayers, RandomLayers.Case>>of(
                        RandomLayers::conv,
                        RandomLayers::convTranspose,
                        RandomLayers::dense,
                        RandomLayers::maxPool,
                        RandomLayers::avgPool,
                        RandomLayers::batchNorm,
                        RandomLayers::layerNorm,
                        RandomLayers::dropout,
                        RandomLayers::enlarge)
                .flatMap(draw -> IntStream.rangeClosed(1, 10).mapToObj(seed -> roundTrip(seed, draw)));
    }

    private static DynamicTest roundTrip(long seed, Function<RandomLayers, RandomLayers.Case> draw) {
        RandomLayers.Case drawn = draw.apply(new RandomLayers(seed));
        return dynamicTest(drawn.toString(), () -> {
            String written = Json.write(LayerConfig.write(drawn.layer()));
            Layer read = LayerConfig.read((Map<?, ?>) Json.read(written));
            assertEquals(written, Json.write(LayerConfig.write(read)));
            try (LayerRun original = new LayerRun(drawn.layer(), drawn.sample(), 2, true, true, seed);
                    LayerRun copy = new LayerRun(read, drawn.sample(), 2, true, true, seed)) {
                double[] y = original.forward();
                assertArrayEquals(y, copy.forward());
                original.backward(y);
                copy.backward(y);
                assertArrayEquals(
                        original.get(original.in().gradient()),
                        copy.get(copy.in().gradient()));
            }
        });
    }

    @Test
    void namesGivenWhenANetworkIsBuiltAreKept() {
        Sequential layers = Sequential.of(Residual.of(new Dense(2).named("inner")), new Dense(1));
        layers.outputShape(Shape.of(2));
        Layer read = LayerConfig.read(LayerConfig.write(layers));
        assertEquals(
                layers.parameterShapes(Shape.of(2)).keySet(),
                read.parameterShapes(Shape.of(2)).keySet());
        assertTrue(read.parameterShapes(Shape.of(2)).containsKey("residual1.inner.weight"));
    }

    @Test
    void initialisersAreKept() {
        Dense dense = new Dense(1).init(Initializer.normal(0.25), Initializer.uniform(2));
        Map<String, Object> written = LayerConfig.write(LayerConfig.read(LayerConfig.write(dense)));
        assertEquals("normal:0.25", written.get("init"));
        assertEquals("uniform:2.0", written.get("biasInit"));
    }

    @Test
    void whatIsLeftOutHasItsDefault() {
        Layer conv = read("{'kind':'conv2d','filters':2,'kernel':3}");
        assertEquals(LayerConfig.write(new Conv2d(2, 3)), LayerConfig.write(conv));
        Layer pool = read("{'kind':'max_pool2d','size':[2,3]}");
        assertEquals(LayerConfig.write(new MaxPool2d(2, 3)), LayerConfig.write(pool));
        Layer padded = read("{'kind':'conv2d','filters':2,'kernel':3,'padding':1}");
        assertEquals(LayerConfig.write(new Conv2d(2, 3).padding(1)), LayerConfig.write(padded));
    }

    private static Layer read(String json) {
        return LayerConfig.read((Map<?, ?>) Json.read(json.replace('\'', '"')));
    }

    private static String message(String json) {
        return assertThrows(IllegalArgumentException.class, () -> read(json)).getMessage();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | 'kind' must be a string, and it is missing",
                "{'kind':7} | 'kind' must be a string, found 7",
                "{'kind':'conv3d'} | 'kind' must be one of avg_pool2d, batch_norm1d, batch_norm2d, concat, conv2d, conv_transpose2d, dense, dropout, dropout2d, elu, ",
                "{'kind':'dense'} | (dense): 'units' must be an integer from 0 to 2147483647, and it is missing",
                "{'kind':'dense','units':'10'} | (dense): 'units' must be an integer",
                "{'kind':'dense','units':1.5} | (dense): 'units' must be an integer",
                "{'kind':'dense','units':-1} | (dense): 'units' must be an integer",
                "{'kind':'dense','units':2147483648} | (dense): 'units' must be an integer",
                "{'kind':'dense','units':0} | (dense): a dense layer has at least 1 unit",
                "{'kind':'dense','units':1,'bias':'no'} | (dense): 'bias' must be true or false, found no",
                "{'kind':'dense','units':1,'init':'big'} | (dense): there is no initialiser 'big'",
                "{'kind':'dense','units':1,'init':3} | (dense): 'init' must be a string",
                "{'kind':'dense','units':1,'colour':3} | (dense): there is no 'colour'; it knows bias, biasInit, frozen, init, kind, name, units",
                "{'kind':'dense','units':1,'name':3} | (dense): 'name' must be a string",
                "{'kind':'dense','units':1,'name':'a.b'} | (dense): a layer's name has letters",
                "{'kind':'conv2d','filters':1,'kernel':[1,2,3]} | (conv2d): 'kernel' must be one number or [height, width]",
                "{'kind':'conv2d','filters':1,'kernel':0} | (conv2d): filters and kernel must be at least 1",
                "{'kind':'conv2d','filters':1,'kernel':1,'padding':'full'} | (conv2d): 'padding' must be \"valid\", \"same\"",
                "{'kind':'conv2d','filters':1,'kernel':1,'padding':[1,2]} | (conv2d): 'padding' must be",
                "{'kind':'conv2d','filters':1,'kernel':1,'padding':1.5} | (conv2d): 'padding' must be",
                "{'kind':'conv2d','filters':1,'kernel':1,'bias':'PER_FILTER'} | (conv2d): 'bias' must be one of none, per_filter, per_pixel",
                "{'kind':'max_pool2d','size':2,'ties':'last'} | (max_pool2d): 'ties' must be one of first, all",
                "{'kind':'leaky_relu','slope':'steep'} | (leaky_relu): 'slope' must be a number",
                "{'kind':'leaky_relu','slope':-1} | (leaky_relu): the slope of LEAKY_RELU",
                "{'kind':'relu','slope':1} | (relu): there is no 'slope'",
                "{'kind':'reshape','shape':7} | (reshape): 'shape' must be a list of integers",
                "{'kind':'reshape','shape':[0]} | (reshape): every extent",
                "{'kind':'reshape','shape':[65536,65536]} | (reshape): shape 65536×65536",
                "{'kind':'sequential'} | (sequential): 'layers' must be a list of at least one layer",
                "{'kind':'sequential','layers':[]} | (sequential): 'layers' must be a list of at least one layer",
                "{'kind':'residual','layers':[7]} | (residual), layer 1: expected an object, found 7"
            })
    void saysWhatIsWrong(String json, String expected) {
        String alone = message(json);
        assertTrue(alone.startsWith("the network"), alone);
        assertTrue(alone.contains(expected), alone);

        String nested =
                message("{'kind':'sequential','layers':[{'kind':'relu'},{'kind':'residual','layers':[" + json + "]}]}");
        assertTrue(nested.startsWith("the network (sequential), layer 2 (residual), layer 1"), nested);
        assertTrue(nested.contains(expected), nested);
        assertEquals(1, nested.split("the network", -1).length - 1, nested);
    }

    @Test
    void whatIsFoundIsNotRepeatedAtAnyLength() {
        String message = message("{'kind':'dense','units':'" + "9".repeat(100_000) + "'}");
        assertTrue(message.length() < 300, message.length() + " characters");
    }

    @Test
    void layersAreNestedOnlySoDeep() {
        assertDoesNotThrow(() -> LayerConfig.read(nested(32)));
        String message = assertThrows(IllegalArgumentException.class, () -> LayerConfig.read(nested(33)))
                .getMessage();
        assertTrue(message.contains("more than 32 deep"), message);
        assertThrows(IllegalArgumentException.class, () -> LayerConfig.read(nested(100_000)));
    }

    private static Map<String, Object> nested(int depth) {
        Map<String, Object> map = Map.of("kind", "relu");
        for (int i = 0; i < depth; i++) {
            Map<String, Object> outer = new LinkedHashMap<>();
            outer.put("kind", "sequential");
            outer.put("layers", List.of(map));
            map = outer;
        }
        return map;
    }
}
