package io.gabor.backend.reference;

import io.gabor.backend.PoolOp;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Tensor;
import java.util.Arrays;

/**
 * Average pooling. {@code x: N×C×H×W}, {@code y: N×C×OH×OW}. The window of output pixel (i,j) is the part inside the
 * image of rows {@code i·sH − padTop + [0, KH)} and columns {@code j·sW − padLeft + [0, KW)}; its divisor D(i,j) is the
 * number of its pixels, or, where padding counts, of its positions in the padded image (a ceil-mode window may reach
 * beyond that: this part never counts).
 *
 * <pre>
 * y[n,c,i,j]  = 1/D(i,j) · Σ over (h,v) in the window of (i,j) of x[n,c,h,v]
 *
 * dx[n,c,h,v] = Σ over the (i,j) whose window holds (h,v) of dy[n,c,i,j] / D(i,j)
 * </pre>
 */
final class AvgPool implements PoolOp {
    private final ReferenceBackend backend;
    private final PoolGeometry geometry;
    private final boolean countPadding;
    private final int maxBatch;

    AvgPool(ReferenceBackend backend, PoolGeometry geometry, boolean countPadding, int maxBatch) {
        this.backend = backend;
        this.geometry = geometry;
        this.countPadding = countPadding;
        this.maxBatch = maxBatch;
    }

    @Override
    public void forward(int n, Tensor x, Tensor y) {
        Arguments args = backend.arguments("avgPool2d forward");
        args.range("n", n, 1, maxBatch);
        double[] xs = args.input("x", x, (long) n * geometry.inputShape().size());
        double[] ys = args.output("y", y, (long) n * geometry.outputShape().size());

        for (int plane = 0; plane < n * geometry.channels(); plane++) {
            for (int i = 0; i < geometry.rows().out(); i++) {
                for (int j = 0; j < geometry.cols().out(); j++) {
                    Window window = Window.at(geometry, plane, i, j);
                    double sum = 0;
                    for (int h = window.top(); h < window.bottom(); h++) {
                        for (int v = window.left(); v < window.right(); v++) {
                            sum += xs[window.input(h, v)];
                        }
                    }
                    ys[window.output()] = sum / divisor(window);
                }
            }
        }
    }

    @Override
    public void backward(int n, Tensor x, Tensor y, Tensor dy, Tensor dx) {
        Arguments args = backend.arguments("avgPool2d backward");
        args.range("n", n, 1, maxBatch);
        args.input("x", x, (long) n * geometry.inputShape().size());
        args.input("y", y, (long) n * geometry.outputShape().size());
        double[] dys = args.input("dy", dy, (long) n * geometry.outputShape().size());
        double[] dxs = args.output("dx", dx, (long) n * geometry.inputShape().size());

        Arrays.fill(dxs, 0, n * geometry.inputShape().size(), 0);
        for (int plane = 0; plane < n * geometry.channels(); plane++) {
            for (int i = 0; i < geometry.rows().out(); i++) {
                for (int j = 0; j < geometry.cols().out(); j++) {
                    Window window = Window.at(geometry, plane, i, j);
                    double share = dys[window.output()] / divisor(window);
                    for (int h = window.top(); h < window.bottom(); h++) {
                        for (int v = window.left(); v < window.right(); v++) {
                            dxs[window.input(h, v)] += share;
                        }
                    }
                }
            }
        }
    }

    private int divisor(Window window) {
        return countPadding ? window.paddedSize() : window.size();
    }

    /** Returns 0: everything is computed from the arguments. */
    @Override
    public long workspaceBytes() {
        return 0;
    }

    @Override
    public void close() {}
}
