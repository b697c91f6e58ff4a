package io.gabor.backend.reference;

import io.gabor.backend.Activation;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;

/**
 * A fully connected layer with bias and activation. {@code x: N×I}, {@code w: O×I}, {@code b: O}, {@code y: N×O}.
 *
 * <pre>
 * y[n,o]  = f( Σ over i of x[n,i] · w[o,i]  +  b[o] )
 *
 * dz[n,o] = dy[n,o] · f'
 * dw[o,i] = Σ over n of dz[n,o] · x[n,i]
 * db[o]   = Σ over n of dz[n,o]
 * dx[n,i] = Σ over o of dz[n,o] · w[o,i]
 * </pre>
 */
final class Dense implements WeightedOp {
    private final ReferenceBackend backend;
    private final int in;
    private final int out;
    private final boolean biased;
    private final Activation activation;
    private final int maxBatch;
    private final ReferenceStorage dzStorage;

    Dense(ReferenceBackend backend, int in, int out, Epilogue epilogue, int maxBatch) {
        this.backend = backend;
        this.in = in;
        this.out = out;
        this.biased = epilogue.bias() != Bias.NONE;
        this.activation = epilogue.activation();
        this.maxBatch = maxBatch;
        this.dzStorage = backend.hold("dense", Shape.of(maxBatch, out));
    }

    @Override
    public void forward(int n, Tensor x, Tensor w, Tensor b, Tensor y) {
        Arguments args = backend.arguments("dense forward");
        args.workspace(dzStorage);
        args.range("n", n, 1, maxBatch);
        double[] xs = args.input("x", x, (long) n * in);
        double[] ws = args.input("w", w, (long) out * in);
        double[] bs = null;
        if (biased) {
            bs = args.input("b", b, out);
        } else {
            args.absent("b", b, "this layer has no bias");
        }
        double[] ys = args.output("y", y, (long) n * out);

        for (int sample = 0; sample < n; sample++) {
            for (int o = 0; o < out; o++) {
                double z = 0;
                for (int i = 0; i < in; i++) {
                    z += xs[sample * in + i] * ws[o * in + i];
                }
                if (biased) {
                    z += bs[o];
                }
                ys[sample * out + o] = Activations.value(activation, z);
            }
        }
    }

    @Override
    public void backward(int n, Tensor x, Tensor w, Tensor y, Tensor dy, Tensor dw, Tensor db, Tensor dx) {
        Arguments args = backend.arguments("dense backward");
        double[] dz = args.workspace(dzStorage);
        args.range("n", n, 1, maxBatch);
        double[] xs = args.input("x", x, (long) n * in);
        double[] ws = args.input("w", w, (long) out * in);
        double[] ys = args.input("y", y, (long) n * out);
        double[] dys = args.input("dy", dy, (long) n * out);
        double[] dws = args.output("dw", dw, (long) out * in);
        double[] dbs = null;
        if (biased) {
            dbs = args.output("db", db, out);
        } else {
            args.absent("db", db, "this layer has no bias");
        }
        double[] dxs = args.outputOrNull("dx", dx, (long) n * in);

        Activations.backward(activation, n * out, ys, dys, dz);
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < in; i++) {
                double sum = 0;
                for (int sample = 0; sample < n; sample++) {
                    sum += dz[sample * out + o] * xs[sample * in + i];
                }
                dws[o * in + i] = sum;
            }
        }
        if (dbs != null) {
            for (int o = 0; o < out; o++) {
                double sum = 0;
                for (int sample = 0; sample < n; sample++) {
                    sum += dz[sample * out + o];
                }
                dbs[o] = sum;
            }
        }
        if (dxs != null) {
            for (int sample = 0; sample < n; sample++) {
                for (int i = 0; i < in; i++) {
                    double sum = 0;
                    for (int o = 0; o < out; o++) {
                        sum += dz[sample * out + o] * ws[o * in + i];
                    }
                    dxs[sample * in + i] = sum;
                }
            }
        }
    }

    @Override
    public long workspaceBytes() {
        return dzStorage.released() ? 0 : dzStorage.bytes();
    }

    @Override
    public void close() {
        backend.drop(dzStorage);
    }
}
