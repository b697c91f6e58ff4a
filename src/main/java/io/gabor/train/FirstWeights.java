package io.gabor.train;

import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.nn.Network;
import io.gabor.nn.WeightedLayer;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;

/**
 * First weights that come from the samples to train on, in place of random numbers. {@link Trainer} calls it before the first
 * step; layers that have their weights already, and networks whose weights were loaded, keep them. The same samples give the
 * same bits.
 */
public final class FirstWeights {
    /** So many samples say enough about patches, as in the paper. */
    private static final int SAMPLES = 5000;

    private FirstWeights() {}

    /**
     * Computes the weights of all layers of a network that await them.
     *
     * @param normalization how the stored values become the network's input
     * @throws ShapeException if the samples are not those that the network takes
     */
    public static void from(Dataset data, Normalization normalization, Network network) {
        for (WeightedLayer layer : network.awaitingSamples()) {
            Shape sample = network.in().sampleShape();
            if (!data.sampleShape().equals(sample)) {
                throw new ShapeException("the samples are " + data.sampleShape() + ", the network takes " + sample);
            }
            Shape filters = network.tensors().get(layer.name() + ".weight").shape();
            if (filters.dim(1) != sample.dim(0)) {
                throw new ShapeException("layer " + layer.name() + ": the initialiser " + layer.weightInitializer()
                        + " is for filters that see all " + sample.dim(0) + " channels, and these see "
                        + filters.dim(1) + "; leave the groups out");
            }
            PatchCovariance covariance = new PatchCovariance(sample, filters.dim(2), filters.dim(3));
            double[] values = new double[sample.size()];
            for (int m = 0; m < Math.min(SAMPLES, data.size()); m++) {
                read(data, m, normalization.forChannels(sample.dim(0)), values);
                covariance.add(values);
            }
            double epsilon = layer.weightInitializer().whitening().orElseThrow();
            network.initialize(layer, Whitening.filters(covariance.matrix(), filters.dim(0), epsilon));
        }
    }

    private static void read(Dataset data, int m, Normalization normalization, double[] into) {
        float[] scale = normalization.scale();
        float[] shift = normalization.shift();
        int pixels = into.length / scale.length;
        int start = m * into.length;
        for (int i = 0; i < into.length; i++) {
            double stored = data.type() == ElementType.U8 ? data.bytes()[start + i] & 0xff : data.floats()[start + i];
            into[i] = stored * scale[i / pixels] + shift[i / pixels];
        }
    }
}
