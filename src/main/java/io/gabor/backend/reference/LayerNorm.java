package io.gabor.backend.reference;

import io.gabor.backend.LayerNormOp;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.Arrays;

/**
 * Layer normalisation. {@code x, y: N×F}, γ, β: F; over the F values of a sample:
 *
 * <pre>
 * μ = 1/F · Σ x,  σ² = 1/F · Σ (x − μ)²,  s = 1/√(σ² + ε),  x̂ = (x − μ)·s,  y[j] = γ[j]·x̂[j] + β[j]
 *
 * dβ[j] = Σ over n of dy[n,j]
 * dγ[j] = Σ over n of dy[n,j]·x̂[n,j]
 * g = γ·dy,  dx = s · (g − 1/F · Σ g − x̂ · 1/F · Σ g·x̂)
 * </pre>
 */
final class LayerNorm implements LayerNormOp {
    private final ReferenceBackend backend;
    private final int features;
    private final double epsilon;
    private final int maxBatch;
    /** μ of each sample, then s. */
    private final ReferenceStorage statistics;

    LayerNorm(ReferenceBackend backend, int features, double epsilon, int maxBatch) {
        this.backend = backend;
        this.features = features;
        this.epsilon = epsilon;
        this.maxBatch = maxBatch;
        statistics = backend.hold("layerNorm", Shape.of(2, maxBatch));
    }

    @Override
    public void forward(int n, Tensor x, Tensor gamma, Tensor beta, Tensor y) {
        Arguments args = backend.arguments("layerNorm forward");
        args.range("n", n, 1, maxBatch);
        double[] xs = args.input("x", x, size(n));
        double[] gammas = args.input("gamma", gamma, features);
        double[] betas = args.input("beta", beta, features);
        double[] ys = args.output("y", y, size(n));
        double[] kept = args.workspace(statistics);

        for (int s = 0; s < n; s++) {
            int from = s * features;
            double mean = 0;
            for (int j = 0; j < features; j++) {
                mean += xs[from + j] / features;
            }
            double variance = 0;
            for (int j = 0; j < features; j++) {
                variance += (xs[from + j] - mean) * (xs[from + j] - mean) / features;
            }
            double inverse = 1 / Math.sqrt(variance + epsilon);
            for (int j = 0; j < features; j++) {
                ys[from + j] = gammas[j] * (xs[from + j] - mean) * inverse + betas[j];
            }
            kept[s] = mean;
            kept[maxBatch + s] = inverse;
        }
    }

    @Override
    public void backward(int n, Tensor x, Tensor gamma, Tensor dy, Tensor dgamma, Tensor dbeta, Tensor dx) {
        Arguments args = backend.arguments("layerNorm backward");
        args.range("n", n, 1, maxBatch);
        double[] xs = args.input("x", x, size(n));
        double[] gammas = args.input("gamma", gamma, features);
        double[] dys = args.input("dy", dy, size(n));
        double[] dgammas = args.output("dgamma", dgamma, features);
        double[] dbetas = args.output("dbeta", dbeta, features);
        double[] dxs = args.outputOrNull("dx", dx, size(n));
        double[] kept = args.workspace(statistics);

        Arrays.fill(dgammas, 0, features, 0);
        Arrays.fill(dbetas, 0, features, 0);
        for (int s = 0; s < n; s++) {
            int from = s * features;
            double mean = kept[s];
            double inverse = kept[maxBatch + s];
            double sum = 0;
            double products = 0;
            for (int j = 0; j < features; j++) {
                double normalized = (xs[from + j] - mean) * inverse;
                dbetas[j] += dys[from + j];
                dgammas[j] += dys[from + j] * normalized;
                sum += gammas[j] * dys[from + j];
                products += gammas[j] * dys[from + j] * normalized;
            }
            if (dxs != null) {
                for (int j = 0; j < features; j++) {
                    double normalized = (xs[from + j] - mean) * inverse;
                    double g = gammas[j] * dys[from + j];
                    dxs[from + j] = inverse * (g - sum / features - normalized * products / features);
                }
            }
        }
    }

    private long size(int n) {
        return (long) n * features;
    }

    @Override
    public long workspaceBytes() {
        return statistics.released() ? 0 : statistics.bytes();
    }

    @Override
    public void close() {
        backend.drop(statistics);
    }
}
