package io.gabor.peers;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendOptions;
import io.gabor.backend.Backends;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.data.Dataset;
import io.gabor.model.Recipe;
import io.gabor.nn.Mode;
import io.gabor.nn.Network;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import io.gabor.train.Callback;
import io.gabor.train.EpochResult;
import io.gabor.train.History;
import io.gabor.train.Progress;
import io.gabor.train.Trainer;
import java.util.Arrays;

/** Gabor's backend {@code cpu}, used as a program would use it. */
final class GaborPeer implements Peer {
    private final Backend backend;

    GaborPeer(int threads) {
        backend = Backends.select("cpu", new BackendOptions(threads));
    }

    @Override
    public String description() {
        return backend.device();
    }

    @Override
    public Task prepare(Work work) {
        return switch (work.phase()) {
            case TRAIN, START -> new Training(work, Samples.of(work));
            case INFER -> inference(work);
            case LATENCY -> latency(work);
            case PRODUCT -> product(work.size());
        };
    }

    /** {@link Trainer} on bytes, which it shuffles and scales for each batch. */
    private final class Training implements Task {
        private final Network network;
        private final Recipe recipe;
        private final Samples samples;
        private final int batch;
        private double loss;

        Training(Work work, Samples samples) {
            this.samples = samples;
            recipe = work.net().recipe();
            batch = work.size();
            network = Network.training(work.net().layers(), work.net().sampleShape(), backend, batch, 1);
            train(samples.data().first(batch), 1, 0);
        }

        @Override
        public double run(double seconds) {
            return train(samples.data(), Integer.MAX_VALUE, seconds);
        }

        private double train(Dataset data, int epochs, double seconds) {
            Trainer trainer = new Trainer(network, recipe.loss(), recipe.createOptimizer())
                    .batch(batch)
                    .epochs(epochs)
                    .normalization(samples.normalization());
            long start = System.nanoTime();
            History history = trainer.callback(new Callback() {
                        @Override
                        public void onProgress(Progress progress) {
                            if (System.nanoTime() - start >= seconds * 1e9) {
                                trainer.stop();
                            }
                        }
                    })
                    .train(data);
            loss = history.last().loss();
            double images =
                    history.epochs().stream().mapToLong(EpochResult::samples).sum();
            double took =
                    history.epochs().stream().mapToDouble(EpochResult::seconds).sum();
            return images / batch / took;
        }

        @Override
        public double loss() {
            return loss;
        }
    }

    private Network network(Work work) {
        Shape sample = work.net().sampleShape();
        Network network = Network.inference(work.net().layers(), sample, backend, work.size());
        try (Network initial = Network.training(work.net().layers(), sample, backend, 1, 1)) {
            network.load(initial.weights());
        }
        return network;
    }

    private Task inference(Work work) {
        Network network = network(work);
        float[] batch = Samples.of(work).batch(0, work.size());
        backend.upload(batch, batch.length, network.in().value());
        Runnable step = backend.record(() -> network.forward(work.size(), Mode.INFER));
        return primed(new Calls() {
            @Override
            void call(int number) {
                step.run();
                backend.synchronize();
            }
        });
    }

    private Task latency(Work work) {
        Network network = network(work);
        float[] image = Samples.of(work).batch(0, 1);
        return primed(new Calls() {
            @Override
            void call(int number) {
                network.infer(image);
            }
        });
    }

    private Task product(int n) {
        float[] values = new float[n * n];
        Arrays.fill(values, 0.5f);
        Tensor x = backend.allocate(Shape.of(n, n));
        Tensor w = backend.allocate(Shape.of(n, n));
        Tensor y = backend.allocate(Shape.of(n, n));
        backend.upload(values, values.length, x);
        backend.upload(values, values.length, w);
        WeightedOp dense = backend.dense(n, n, Epilogue.NONE, n);
        return primed(new Calls() {
            @Override
            void call(int number) {
                dense.forward(n, x, w, null, y);
                backend.synchronize();
            }
        });
    }

    private static Task primed(Calls task) {
        task.call(0);
        return task;
    }
}
