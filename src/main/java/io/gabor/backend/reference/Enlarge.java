package io.gabor.backend.reference;

import io.gabor.backend.EnlargeOp;
import io.gabor.tensor.EnlargeGeometry;
import io.gabor.tensor.Tensor;
import java.util.Arrays;

/**
 * Enlarging by a factor f, and zeros around. {@code x: N×C×H×W}, {@code y: N×C×OH×OW}; 0 ≤ a, b &lt; f:
 *
 * <pre>
 * y[n,c,top + h·f + a, left + v·f + b] = x[n,c,h,v]        all others 0
 *
 * dx[n,c,h,v] = Σ over a, b of dy[n,c,top + h·f + a, left + v·f + b]
 * </pre>
 */
final class Enlarge implements EnlargeOp {
    private final ReferenceBackend backend;
    private final EnlargeGeometry geometry;
    private final int maxBatch;
    private final int in;
    private final int out;

    Enlarge(ReferenceBackend backend, EnlargeGeometry geometry, int maxBatch) {
        this.backend = backend;
        this.geometry = geometry;
        this.maxBatch = maxBatch;
        in = geometry.inputShape().size();
        out = geometry.outputShape().size();
    }

    @Override
    public void forward(int n, Tensor x, Tensor y) {
        Arguments args = backend.arguments("enlarge2d forward");
        args.range("n", n, 1, maxBatch);
        double[] xs = args.input("x", x, (long) n * in);
        double[] ys = args.output("y", y, (long) n * out);

        Arrays.fill(ys, 0, n * out, 0);
        for (int plane = 0; plane < n * geometry.channels(); plane++) {
            for (int i = 0; i < geometry.height() * geometry.factor(); i++) {
                for (int j = 0; j < geometry.width() * geometry.factor(); j++) {
                    ys[output(plane, i, j)] = xs[input(plane, i, j)];
                }
            }
        }
    }

    @Override
    public void backward(int n, Tensor dy, Tensor dx) {
        Arguments args = backend.arguments("enlarge2d backward");
        args.range("n", n, 1, maxBatch);
        double[] dys = args.input("dy", dy, (long) n * out);
        double[] dxs = args.output("dx", dx, (long) n * in);

        Arrays.fill(dxs, 0, n * in, 0);
        for (int plane = 0; plane < n * geometry.channels(); plane++) {
            for (int i = 0; i < geometry.height() * geometry.factor(); i++) {
                for (int j = 0; j < geometry.width() * geometry.factor(); j++) {
                    dxs[input(plane, i, j)] += dys[output(plane, i, j)];
                }
            }
        }
    }

    /** Returns where row i and column j of the image without the zeros come from. */
    private int input(int plane, int i, int j) {
        int row = plane * geometry.height() + i / geometry.factor();
        return row * geometry.width() + j / geometry.factor();
    }

    /** Returns where row i and column j of the image without the zeros are. */
    private int output(int plane, int i, int j) {
        int row = plane * geometry.outHeight() + geometry.top() + i;
        return row * geometry.outWidth() + geometry.left() + j;
    }

    /** Returns 0: everything is computed from the arguments. */
    @Override
    public long workspaceBytes() {
        return 0;
    }

    @Override
    public void close() {}
}
