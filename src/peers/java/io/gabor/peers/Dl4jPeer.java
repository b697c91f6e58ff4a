package io.gabor.peers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.nativeblas.NativeOpsHolder;

/** Deeplearning4j on nd4j-native, with its default workspaces; {@code lenet} only. */
final class Dl4jPeer implements Peer {
    @Override
    public String description() {
        String jar = Path.of(MultiLayerNetwork.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .getFileName()
                .toString();
        return jar.replace(".jar", "") + ", " + Nd4j.getBackend().getClass().getSimpleName() + ", threads: "
                + NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();
    }

    @Override
    public Task prepare(Work work) {
        if (!work.model().equals("lenet")) {
            throw new IllegalArgumentException("Deeplearning4j is asked for lenet only, found " + work.name());
        }
        return switch (work.phase()) {
            case TRAIN, START -> new Training(work, Samples.of(work));
            case INFER -> new Inference(work, false);
            case LATENCY -> new Inference(work, true);
            case PRODUCT -> throw new IllegalArgumentException("Deeplearning4j is not asked for " + work.name());
        };
    }

    static MultiLayerNetwork lenet() {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1)
                .weightInit(WeightInit.RELU)
                .updater(new Adam(0.001))
                .list()
                .layer(convolution(20))
                .layer(pooling())
                .layer(convolution(50))
                .layer(pooling())
                .layer(new DenseLayer.Builder()
                        .nOut(500)
                        .activation(Activation.RELU)
                        .build())
                .layer(new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(28, 28, 1))
                .build());
        network.init();
        return network;
    }

    private static ConvolutionLayer convolution(int filters) {
        return new ConvolutionLayer.Builder(5, 5)
                .nOut(filters)
                .activation(Activation.RELU)
                .build();
    }

    private static SubsamplingLayer pooling() {
        return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                .kernelSize(2, 2)
                .stride(2, 2)
                .build();
    }

    private static INDArray images(float[] values, int count) {
        return Nd4j.createFromArray(values).reshape(count, 1, 28, 28);
    }

    private static final class Training extends Calls {
        private final MultiLayerNetwork network = lenet();
        private final List<INDArray> inputs = new ArrayList<>();
        private final List<INDArray> targets = new ArrayList<>();

        Training(Work work, Samples samples) {
            int size = work.size();
            for (int b = 0; b < samples.batches(size); b++) {
                float[] oneHot = new float[size * 10];
                int[] labels = samples.labels(b, size);
                for (int i = 0; i < size; i++) {
                    oneHot[i * 10 + labels[i]] = 1;
                }
                inputs.add(images(samples.batch(b, size), size));
                targets.add(Nd4j.createFromArray(oneHot).reshape(size, 10));
            }
            call(0);
        }

        /** As with Gabor, Adam's moments start at 0 in each run. */
        @Override
        void begin() {
            network.getUpdater().getStateViewArray().assign(0);
        }

        @Override
        void call(int number) {
            int batch = number % inputs.size();
            network.fit(inputs.get(batch), targets.get(batch));
        }

        @Override
        public double loss() {
            return network.score();
        }
    }

    private static final class Inference extends Calls {
        private final MultiLayerNetwork network = lenet();
        private final float[] values;
        private final INDArray resident;
        private final boolean fromAndToArrays;

        Inference(Work work, boolean fromAndToArrays) {
            this.fromAndToArrays = fromAndToArrays;
            values = Samples.of(work).batch(0, work.size());
            resident = images(values, work.size());
            call(0);
        }

        @Override
        void call(int number) {
            if (fromAndToArrays) {
                network.output(images(values, 1), false).toFloatVector();
            } else {
                network.output(resident, false);
            }
        }
    }
}
