package io.gabor.backend.reference;

import io.gabor.backend.DropoutOp;
import io.gabor.backend.DropoutSpec;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Tensor;

/**
 * Dropout. {@code x, y: N×U×P}; with t the counter, u = s·U + c the number of unit c of sample s, and r(u) the word
 * {@code u mod 4} of Philox at (seed; position u/4, stream t):
 *
 * <pre>
 * m(u)     = r(u) &lt; p·2³² ? 0 : 1/(1 − p)
 * y[s,c,i] = x[s,c,i]·m(u)
 * </pre>
 */
final class Dropout implements DropoutOp {
    private final ReferenceBackend backend;
    private final int units;
    private final int pixels;
    private final DropoutSpec spec;
    private final int maxBatch;
    private boolean closed;

    Dropout(ReferenceBackend backend, int units, int pixels, DropoutSpec spec, int maxBatch) {
        this.backend = backend;
        this.units = units;
        this.pixels = pixels;
        this.spec = spec;
        this.maxBatch = maxBatch;
    }

    @Override
    public void apply(int n, Tensor counter, Tensor x, Tensor y) {
        Arguments args = backend.arguments("dropout");
        if (closed) {
            throw new IllegalStateException("dropout: this op has been closed; plan a new one");
        }
        args.range("n", n, 1, maxBatch);
        long step = Integer.toUnsignedLong(args.intInput("counter", counter, 1)[0]);
        double[] xs = args.input("x", x, (long) n * units * pixels);
        double[] ys = args.inPlaceOutput("y", y, (long) n * units * pixels);

        int[] words = new int[4];
        for (int u = 0; u < n * units; u++) {
            Philox.block(spec.seed(), step, u / 4, words);
            boolean dropped = Integer.toUnsignedLong(words[u % 4]) < spec.threshold();
            double m = dropped ? 0 : spec.scale();
            for (int i = u * pixels; i < (u + 1) * pixels; i++) {
                ys[i] = xs[i] * m;
            }
        }
    }

    /** Returns 0: everything is computed from the arguments. */
    @Override
    public long workspaceBytes() {
        return 0;
    }

    @Override
    public void close() {
        closed = true;
    }
}
