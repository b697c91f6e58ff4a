package io.gabor.backend.reference;

import io.gabor.backend.PoolOp;
import io.gabor.backend.Ties;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Tensor;
import java.util.Arrays;

/**
 * Max pooling. {@code x: N×C×H×W}, {@code y: N×C×OH×OW}. The window of output pixel (i,j) is the part inside the image
 * of rows {@code i·sH − padTop + [0, KH)} and columns {@code j·sW − padLeft + [0, KW)}.
 *
 * <pre>
 * y[n,c,i,j]  = max over (h,v) in the window of (i,j) of x[n,c,h,v]       NaN if there is one
 *
 * dx[n,c,h,v] = Σ over the (i,j) whose gradient goes to (h,v) of dy[n,c,i,j]
 * </pre>
 *
 * The gradient of (i,j) goes to the first maximum of its window in row-major order ({@link Ties#FIRST}; the first NaN
 * counts as the maximum) or to every (h,v) with {@code x[n,c,h,v] == y[n,c,i,j]} ({@link Ties#ALL}; for NaN that is
 * none, since NaN equals nothing).
 */
final class MaxPool implements PoolOp {
    private final ReferenceBackend backend;
    private final PoolGeometry geometry;
    private final Ties ties;
    private final int maxBatch;

    MaxPool(ReferenceBackend backend, PoolGeometry geometry, Ties ties, int maxBatch) {
        this.backend = backend;
        this.geometry = geometry;
        this.ties = ties;
        this.maxBatch = maxBatch;
    }

    @Override
    public void forward(int n, Tensor x, Tensor y) {
        Arguments args = backend.arguments("maxPool2d forward");
        args.range("n", n, 1, maxBatch);
        double[] xs = args.input("x", x, (long) n * geometry.inputShape().size());
        double[] ys = args.output("y", y, (long) n * geometry.outputShape().size());

        for (int plane = 0; plane < n * geometry.channels(); plane++) {
            for (int i = 0; i < geometry.rows().out(); i++) {
                for (int j = 0; j < geometry.cols().out(); j++) {
                    Window window = Window.at(geometry, plane, i, j);
                    ys[window.output()] = xs[firstMaximum(window, xs)];
                }
            }
        }
    }

    @Override
    public void backward(int n, Tensor x, Tensor y, Tensor dy, Tensor dx) {
        Arguments args = backend.arguments("maxPool2d backward");
        args.range("n", n, 1, maxBatch);
        double[] xs = args.input("x", x, (long) n * geometry.inputShape().size());
        args.input("y", y, (long) n * geometry.outputShape().size());
        double[] dys = args.input("dy", dy, (long) n * geometry.outputShape().size());
        double[] dxs = args.output("dx", dx, (long) n * geometry.inputShape().size());

        Arrays.fill(dxs, 0, n * geometry.inputShape().size(), 0);
        for (int plane = 0; plane < n * geometry.channels(); plane++) {
            for (int i = 0; i < geometry.rows().out(); i++) {
                for (int j = 0; j < geometry.cols().out(); j++) {
                    Window window = Window.at(geometry, plane, i, j);
                    int first = firstMaximum(window, xs);
                    switch (ties) {
                        case FIRST -> dxs[first] += dys[window.output()];
                        case ALL -> addToAll(window, xs, xs[first], dys[window.output()], dxs);
                    }
                }
            }
        }
    }

    /** Returns the index in {@code xs} of the window's first NaN, or else of its first maximum. */
    private static int firstMaximum(Window window, double[] xs) {
        int best = window.input(window.top(), window.left());
        for (int h = window.top(); h < window.bottom(); h++) {
            for (int v = window.left(); v < window.right(); v++) {
                int index = window.input(h, v);
                if (xs[index] > xs[best] || (Double.isNaN(xs[index]) && !Double.isNaN(xs[best]))) {
                    best = index;
                }
            }
        }
        return best;
    }

    private static void addToAll(Window window, double[] xs, double maximum, double dy, double[] dxs) {
        for (int h = window.top(); h < window.bottom(); h++) {
            for (int v = window.left(); v < window.right(); v++) {
                int index = window.input(h, v);
                if (xs[index] == maximum) {
                    dxs[index] += dy;
                }
            }
        }
    }

    /** Returns 0: the maxima are looked for again on the way back. */
    @Override
    public long workspaceBytes() {
        return 0;
    }

    @Override
    public void close() {}
}
