package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendException;
import io.gabor.backend.Backends;
import io.gabor.data.Dataset;
import io.gabor.nn.AvgPool2d;
import io.gabor.nn.Dense;
import io.gabor.nn.Flatten;
import io.gabor.nn.Network;
import io.gabor.nn.Sequential;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.optim.Adam;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** What a child JVM does for {@link CudaMemoryTest}: trains on few large images, and prints a line for what came of it. */
final class TrainInChild {
    private static final Shape IMAGE = Shape.of(1, 300, 300);
    private static final int COUNT = 100;

    private TrainInChild() {}

    /** Takes the batch. */
    public static void main(String[] args) {
        byte[] pixels = new byte[COUNT * IMAGE.size()];
        int[] labels = new int[COUNT];
        Philox random = new Philox(3, 0);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) random.nextInt(256);
        }
        for (int i = 0; i < COUNT; i++) {
            labels[i] = random.nextInt(3);
        }
        Dataset data = Dataset.ofBytes("large", IMAGE, pixels, labels, List.of("a", "b", "c"));
        try (Backend backend = Backends.select("cuda")) {
            long before = backend.allocatedBytes();
            try (Network network = Network.training(
                    Sequential.of(new AvgPool2d(50), new Flatten(), new Dense(3)),
                    IMAGE,
                    backend,
                    Integer.parseInt(args[0]),
                    1)) {
                new Trainer(network, new SoftmaxCrossEntropy(), new Adam(0.01))
                        .epochs(2)
                        .train(data);
                System.out.println(
                        "weights: " + Arrays.toString(network.weights().get("dense1.weight")));
            } catch (BackendException e) {
                System.out.println("failed: " + e.getClass().getSimpleName() + " | " + e.getMessage());
            }
            System.out.println("left: " + (backend.allocatedBytes() - before));
        }
    }
}
