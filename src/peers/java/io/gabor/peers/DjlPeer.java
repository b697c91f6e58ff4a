package io.gabor.peers;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * DJL with PyTorch. The batches are NDArrays in PyTorch's memory before the clock starts; the temporary arrays of a step
 * are released at its end; no metrics and no listeners.
 */
final class DjlPeer implements Peer {
    /** The loss is read as seldom as Gabor's trainer reads it, or less often. */
    private static final int STEPS_PER_LOSS = 32;

    private static final Shape TWO = new Shape(2, 2);

    private final NDManager manager;

    DjlPeer() {
        Engine engine = Engine.getEngine("PyTorch");
        manager = engine.newBaseManager();
    }

    @Override
    public String description() {
        return "DJL " + Engine.getDjlVersion() + ", PyTorch "
                + Engine.getEngine("PyTorch").getVersion() + ", threads: " + JniUtils.getNumThreads() + " intra-op, "
                + JniUtils.getNumInteropThreads() + " inter-op";
    }

    @Override
    public Task prepare(Work work) {
        return switch (work.phase()) {
            case TRAIN, START -> new Training(work, Samples.of(work));
            case INFER -> new Inference(work, false);
            case LATENCY -> new Inference(work, true);
            case PRODUCT -> throw new IllegalArgumentException("DJL is not asked for " + work.name());
        };
    }

    static SequentialBlock layers(String model) {
        return switch (model) {
            case "lenet" -> lenet();
            case Vgg.PLAIN -> vgg(false);
            case Vgg.NORMALIZED -> vgg(true);
            default -> throw new IllegalArgumentException("DJL has no " + model + " here");
        };
    }

    private static SequentialBlock lenet() {
        return new SequentialBlock()
                .add(convolution(20, 5, 0, true))
                .add(Activation::relu)
                .add(Pool.maxPool2dBlock(TWO, TWO))
                .add(convolution(50, 5, 0, true))
                .add(Activation::relu)
                .add(Pool.maxPool2dBlock(TWO, TWO))
                .add(Blocks.batchFlattenBlock())
                .add(Linear.builder().setUnits(500).build())
                .add(Activation::relu)
                .add(Linear.builder().setUnits(10).build());
    }

    private static SequentialBlock vgg(boolean normalized) {
        SequentialBlock layers = new SequentialBlock();
        for (int[] stage : Vgg.STAGES) {
            for (int filters : stage) {
                layers.add(convolution(filters, 3, 1, !normalized));
                if (normalized) {
                    layers.add(BatchNorm.builder().build());
                }
                layers.add(Activation::relu);
            }
            layers.add(Pool.maxPool2dBlock(TWO, TWO));
        }
        return layers.add(Blocks.batchFlattenBlock())
                .add(Linear.builder().setUnits(10).build());
    }

    private static Block convolution(int filters, int kernel, int padding, boolean bias) {
        return Conv2d.builder()
                .setFilters(filters)
                .setKernelShape(new Shape(kernel, kernel))
                .optPadding(new Shape(padding, padding))
                .optBias(bias)
                .build();
    }

    /** {@code batch×sample} of a work's model. */
    private static Shape inputShape(Work work) {
        long[] sample =
                Arrays.stream(work.net().sampleShape().dims()).asLongStream().toArray();
        return new Shape(work.size()).addAll(new Shape(sample));
    }

    /** Returns what trains a model as its recipe says. */
    static Trainer trainer(Model model) {
        Optimizer adam =
                Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.001f)).build();
        return model.newTrainer(new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()).optOptimizer(adam));
    }

    /** One training step. Returns the loss before it; NaN unless it is to be read. */
    static float step(Trainer trainer, NDArray x, NDArray labels, boolean readsLoss) {
        try (NDManager temporary = x.getManager().newSubManager()) {
            x.tempAttach(temporary);
            labels.tempAttach(temporary);
            NDArray loss;
            try (GradientCollector collector = trainer.newGradientCollector()) {
                NDList y = trainer.forward(new NDList(x));
                loss = trainer.getLoss().evaluate(new NDList(labels), y);
                collector.backward(loss);
            }
            trainer.step();
            return readsLoss ? loss.getFloat() : Float.NaN;
        }
    }

    private final class Training implements Task {
        private final Calls calls = new Steps();
        private final Model model;
        private final Shape shape;
        private final List<NDArray> inputs = new ArrayList<>();
        private final List<NDArray> labels = new ArrayList<>();
        private Trainer trainer;
        private float loss;

        Training(Work work, Samples samples) {
            shape = inputShape(work);
            model = Model.newInstance(work.name(), "PyTorch");
            model.setBlock(layers(work.model()));
            for (int i = 0; i < samples.batches(work.size()); i++) {
                inputs.add(manager.create(samples.batch(i, work.size()), shape));
                long[] classes = Arrays.stream(samples.labels(i, work.size()))
                        .asLongStream()
                        .toArray();
                labels.add(manager.create(classes));
            }
            calls.run(0);
        }

        @Override
        public double run(double seconds) {
            return calls.run(seconds);
        }

        @Override
        public double loss() {
            return loss;
        }

        private final class Steps extends Calls {
            /** A new trainer for the same parameters: as with Gabor, Adam's moments start at 0 in each run. */
            @Override
            void begin() {
                if (trainer != null) {
                    trainer.close();
                }
                trainer = trainer(model);
                trainer.initialize(shape);
            }

            @Override
            void call(int number) {
                int batch = number % inputs.size();
                boolean readsLoss = number % STEPS_PER_LOSS == 0;
                float found = step(trainer, inputs.get(batch), labels.get(batch), readsLoss);
                loss = readsLoss ? found : loss;
            }
        }
    }

    private final class Inference extends Calls {
        /** Held here, since a model that nobody refers to is released with its parameters. */
        private final Model model;

        private final Block layers;
        private final ParameterStore parameters;
        private final Shape shape;
        private final float[] images;
        private final NDArray resident;
        private final boolean fromAndToArrays;

        Inference(Work work, boolean fromAndToArrays) {
            this.fromAndToArrays = fromAndToArrays;
            shape = inputShape(work);
            images = Samples.of(work).batch(0, work.size());
            resident = manager.create(images, shape);
            layers = layers(work.model());
            model = Model.newInstance(work.name(), "PyTorch");
            model.setBlock(layers);
            layers.initialize(model.getNDManager(), DataType.FLOAT32, shape);
            layers.freezeParameters(true);
            parameters = new ParameterStore(manager, false);
            if (JniUtils.isGradMode()) {
                throw new IllegalStateException("PyTorch would keep what gradients need");
            }
            call(0);
        }

        @Override
        void call(int number) {
            try (NDManager step = manager.newSubManager()) {
                NDArray x = fromAndToArrays ? step.create(images, shape) : resident;
                if (!fromAndToArrays) {
                    x.tempAttach(step);
                }
                NDArray y = layers.forward(parameters, new NDList(x), false).singletonOrThrow();
                if (fromAndToArrays) {
                    y.toFloatArray();
                }
            }
        }
    }
}
