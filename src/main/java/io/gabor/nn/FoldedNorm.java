package io.gabor.nn;

import io.gabor.backend.Backend;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;

/**
 * Weights and bias of a layer with the batch normalisation behind it in them. With the running statistics that is a fixed
 * linear map, {@code γ·(w∗x + b − μ)/σ + β}, and so is the layer: with σ = √(variance + ε)
 *
 * <pre>
 * w'[o,·] = w[o,·] · γ[o]/σ[o]        b'[o] = (b[o] − μ[o]) · γ[o]/σ[o] + β[o]
 * </pre>
 *
 * <p>The network keeps the parameters as they are; this is computed from them, in double, whenever they are loaded.
 */
final class FoldedNorm {
    private final Backend backend;
    private final BatchNorm norm;
    private final Tensor weight;
    private final Tensor bias;

    /**
     * Makes room for the weights and the bias.
     *
     * @param bias the bias's shape; its outermost axis is the output's, as the weights'
     */
    FoldedNorm(BuildContext context, BatchNorm norm, Shape weight, Shape bias) {
        backend = context.backend();
        this.norm = norm;
        this.weight = context.values(weight);
        this.bias = context.values(bias);
    }

    Tensor weight() {
        return weight;
    }

    Tensor bias() {
        return bias;
    }

    /**
     * Computes both from the layer's own.
     *
     * @param ownBias may be null
     */
    void compute(Tensor ownWeight, Tensor ownBias) {
        double[] gamma = read(norm.values().get(0));
        double[] beta = read(norm.values().get(1));
        double[] mean = read(norm.values().get(2));
        double[] variance = read(norm.values().get(3));
        double[] weights = read(ownWeight);
        double[] biases = ownBias == null ? new double[bias.size()] : read(ownBias);
        int perChannel = weights.length / gamma.length;
        int biasesPerChannel = biases.length / gamma.length;
        for (int o = 0; o < gamma.length; o++) {
            double scale = gamma[o] / Math.sqrt(variance[o] + norm.epsilon());
            for (int i = o * perChannel; i < (o + 1) * perChannel; i++) {
                weights[i] *= scale;
            }
            for (int i = o * biasesPerChannel; i < (o + 1) * biasesPerChannel; i++) {
                biases[i] = (biases[i] - mean[o]) * scale + beta[o];
            }
        }
        backend.upload(weights, weights.length, weight);
        backend.upload(biases, biases.length, bias);
    }

    private double[] read(Tensor tensor) {
        double[] values = new double[tensor.size()];
        backend.download(tensor, values, values.length);
        return values;
    }
}
