package io.gabor.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import io.gabor.train.EachBackend;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Branches side by side. */
final class ConcatTest {
    private static final Shape IMAGE = Shape.of(2, 4, 4);

    private static Layer layers() {
        return Sequential.of(
                new Conv2d(2, 1),
                Concat.of(new Conv2d(3, 3).padding(1), Sequential.of(new Conv2d(1, 1), new BatchNorm2d(), new ReLU())),
                new Flatten(),
                new Dense(2));
    }

    @Test
    void theBranchesLayersBelongToIt() {
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(layers(), IMAGE, backend, 2, 1)) {
            List<String> names =
                    network.parameters().stream().map(Parameter::name).toList();
            assertTrue(names.contains("concat1.conv1.weight"), names.toString());
            assertTrue(names.contains("concat1.sequential1.conv1.weight"), names.toString());
            assertEquals(names, List.copyOf(layers().parameterShapes(IMAGE).keySet()));
            Map<String, Object> written = LayerConfig.write(network.root());
            assertEquals(written, LayerConfig.write(LayerConfig.read(written)));
            assertEquals(2 * 16 * (2 * 2 + 3 * 18 + 2) + 2 * 64 * 2, network.forwardFlops());
        }
    }

    /** Full batches, which a backend may compute in another layout, and others. */
    @TestFactory
    Stream<DynamicTest> everyBackendGivesTheSame() {
        return EachBackend.names()
                .flatMap(name -> Stream.of(5, 32)
                        .map(batch -> DynamicTest.dynamicTest(name + ", batch " + batch, () -> compare(name, batch))));
    }

    private static void compare(String name, int batch) {
        try (Backend backend = Backends.select(name);
                Backend reference = Backends.select("reference");
                Network found = Network.training(layers(), IMAGE, backend, batch, 1);
                Network expected = Network.training(layers(), IMAGE, reference, batch, 1)) {
            for (int step = 0; step < 2; step++) {
                assertArrayEquals(run(expected, batch, step), run(found, batch, step), 1e-4f);
            }
        }
    }

    /** Returns the output and all gradients of one step. */
    private static float[] run(Network network, int batch, int step) {
        Backend backend = network.backend();
        float[] x = new float[batch * IMAGE.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.cos(i + 7.0 * step);
        }
        float[] dy = new float[2 * batch];
        for (int i = 0; i < dy.length; i++) {
            dy[i] = (float) Math.sin(i);
        }
        backend.upload(x, x.length, network.in().value());
        network.forward(batch, Mode.TRAIN);
        backend.upload(dy, dy.length, network.out().gradient());
        network.backward(batch);
        int size = 2 * batch + (int) network.parameterCount();
        float[] result = new float[size];
        float[] part = new float[size];
        backend.download(network.out().value(), result, 2 * batch);
        int at = 2 * batch;
        for (Parameter parameter : network.parameters()) {
            backend.download(parameter.gradient(), part, parameter.shape().size());
            System.arraycopy(part, 0, result, at, parameter.shape().size());
            at += parameter.shape().size();
        }
        return result;
    }

    @Test
    void branchesOfUnequalImagesAreRefused() {
        String error = assertThrows(
                        ShapeException.class,
                        () -> Concat.of(new Conv2d(3, 3), new Conv2d(3, 1)).outputShape(IMAGE))
                .getMessage();
        assertTrue(error.contains("3×2×2") && error.contains("3×4×4"), error);
    }
}
