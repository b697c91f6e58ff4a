package io.gabor.backend.reference;

import io.gabor.backend.BatchNormOp;
import io.gabor.backend.BatchNormSpec;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;

/**
 * Batch normalisation. {@code x: N×C×P}, {@code y: N×C×P}; with m = N·P, over the values of channel c:
 *
 * <pre>
 * μ = 1/m · Σ x,  σ² = 1/m · Σ (x − μ)²,  s = 1/√(σ² + ε),  x̂ = (x − μ)·s,  y = f(γ·x̂ + β)
 *
 * dz = dy·f'      from y
 * dβ = Σ dz
 * dγ = Σ dz·x̂
 * dx = γ·s · (dz − dβ/m − x̂·dγ/m)
 * </pre>
 */
final class BatchNorm implements BatchNormOp {
    private final ReferenceBackend backend;
    private final int channels;
    private final int pixels;
    private final BatchNormSpec spec;
    private final int maxBatch;
    /** μ of each channel, then s. */
    private final ReferenceStorage statistics;

    BatchNorm(ReferenceBackend backend, int channels, int pixels, BatchNormSpec spec, int maxBatch) {
        this.backend = backend;
        this.channels = channels;
        this.pixels = pixels;
        this.spec = spec;
        this.maxBatch = maxBatch;
        statistics = backend.hold("batchNorm", Shape.of(2, channels));
    }

    /** What is done with each value of a channel, given where it is. */
    private interface Value {
        double at(int index);
    }

    private double sum(int n, int channel, Value value) {
        double sum = 0;
        for (int sample = 0; sample < n; sample++) {
            int from = (sample * channels + channel) * pixels;
            for (int i = from; i < from + pixels; i++) {
                sum += value.at(i);
            }
        }
        return sum;
    }

    private void set(int n, int channel, double[] target, Value value) {
        for (int sample = 0; sample < n; sample++) {
            int from = (sample * channels + channel) * pixels;
            for (int i = from; i < from + pixels; i++) {
                target[i] = value.at(i);
            }
        }
    }

    @Override
    public void forward(int n, Tensor x, Tensor gamma, Tensor beta, Tensor runningMean, Tensor runningVar, Tensor y) {
        Arguments args = backend.arguments("batchNorm forward");
        args.range("n", n, 1, maxBatch);
        double[] xs = args.input("x", x, size(n));
        double[] gammas = args.input("gamma", gamma, channels);
        double[] betas = args.input("beta", beta, channels);
        double[] runningMeans = args.output("runningMean", runningMean, channels);
        double[] runningVars = args.output("runningVariance", runningVar, channels);
        double[] ys = args.output("y", y, size(n));
        double[] kept = args.workspace(statistics);

        double m = (double) n * pixels;
        for (int c = 0; c < channels; c++) {
            double mean = sum(n, c, i -> xs[i]) / m;
            double variance = sum(n, c, i -> (xs[i] - mean) * (xs[i] - mean)) / m;
            double inverse = 1 / Math.sqrt(variance + spec.epsilon());
            double scale = gammas[c] * inverse;
            double shift = betas[c];
            set(n, c, ys, i -> Activations.value(spec.activation(), (xs[i] - mean) * scale + shift));
            kept[c] = mean;
            kept[channels + c] = inverse;
            if (m > 1) {
                runningMeans[c] += spec.momentum() * (mean - runningMeans[c]);
                runningVars[c] += spec.momentum() * (variance * m / (m - 1) - runningVars[c]);
            }
        }
    }

    @Override
    public void infer(int n, Tensor x, Tensor gamma, Tensor beta, Tensor runningMean, Tensor runningVar, Tensor y) {
        Arguments args = backend.arguments("batchNorm infer");
        args.range("n", n, 1, maxBatch);
        double[] xs = args.input("x", x, size(n));
        double[] gammas = args.input("gamma", gamma, channels);
        double[] betas = args.input("beta", beta, channels);
        double[] runningMeans = args.input("runningMean", runningMean, channels);
        double[] runningVars = args.input("runningVariance", runningVar, channels);
        double[] ys = args.output("y", y, size(n));
        args.workspace(statistics);

        for (int c = 0; c < channels; c++) {
            double mean = runningMeans[c];
            double scale = gammas[c] / Math.sqrt(runningVars[c] + spec.epsilon());
            double shift = betas[c];
            set(n, c, ys, i -> Activations.value(spec.activation(), (xs[i] - mean) * scale + shift));
        }
    }

    @Override
    public void backward(int n, Tensor x, Tensor gamma, Tensor y, Tensor dy, Tensor dgamma, Tensor dbeta, Tensor dx) {
        Arguments args = backend.arguments("batchNorm backward");
        args.range("n", n, 1, maxBatch);
        double[] xs = args.input("x", x, size(n));
        double[] gammas = args.input("gamma", gamma, channels);
        double[] ys = args.input("y", y, size(n));
        double[] dys = args.input("dy", dy, size(n));
        double[] dgammas = args.output("dgamma", dgamma, channels);
        double[] dbetas = args.output("dbeta", dbeta, channels);
        double[] dxs = args.outputOrNull("dx", dx, size(n));
        double[] kept = args.workspace(statistics);

        double m = (double) n * pixels;
        for (int c = 0; c < channels; c++) {
            double mean = kept[c];
            double inverse = kept[channels + c];
            Value dz = i -> dys[i] * Activations.derivative(spec.activation(), ys[i]);
            Value normalized = i -> (xs[i] - mean) * inverse;
            double dzSum = sum(n, c, dz);
            double productSum = sum(n, c, i -> dz.at(i) * normalized.at(i));
            double scale = gammas[c] * inverse;
            dbetas[c] = dzSum;
            dgammas[c] = productSum;
            if (dxs != null) {
                set(n, c, dxs, i -> scale * (dz.at(i) - dzSum / m - normalized.at(i) * productSum / m));
            }
        }
    }

    private long size(int n) {
        return (long) n * channels * pixels;
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
