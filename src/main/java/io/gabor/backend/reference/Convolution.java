package io.gabor.backend.reference;

import io.gabor.backend.Activation;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Tensor;
import io.gabor.tensor.WindowAxis;
import java.util.Arrays;

/**
 * 2-D convolution (cross-correlation) with bias and activation. {@code x: N×C×H×W}, {@code w: O×(C/G)×KH×KW},
 * {@code b: O} or {@code O×OH×OW}, {@code y: N×O×OH×OW}. The tap (p,q) of output pixel (i,j) is the input pixel
 *
 * <pre>
 * h = i·sH − padTop + p·dH,   v = j·sW − padLeft + q·dW
 * </pre>
 *
 * and contributes nothing where (h,v) lies in the padding. Filter o reads the C/G channels of its group
 * {@code g = o / (O/G)}; {@code k = g·C/G + c} is the c-th of them.
 *
 * <pre>
 * y[n,o,i,j]  = f( Σ over c,p,q of x[n,k,h,v] · w[o,c,p,q]  +  b[o] or b[o,i,j] )
 *
 * dz[n,o,i,j] = dy[n,o,i,j] · f'
 * dw[o,c,p,q] = Σ over n,i,j of dz[n,o,i,j] · x[n,k,h,v]
 * db[o]       = Σ over n,i,j of dz[n,o,i,j]                 per pixel: db[o,i,j] = Σ over n
 * dx[n,k,h,v] = Σ over all (o,c,p,q,i,j) whose tap it is of dz[n,o,i,j] · w[o,c,p,q]
 * </pre>
 */
final class Convolution implements WeightedOp {
    private final ReferenceBackend backend;
    private final ConvGeometry geometry;
    private final Bias bias;
    private final Activation activation;
    private final int maxBatch;
    private final int filters;
    private final int channels;
    private final int channelsPerGroup;
    private final int filtersPerGroup;
    private final WindowAxis rows;
    private final WindowAxis cols;
    private final int height;
    private final int width;
    private final int outHeight;
    private final int outWidth;
    private final ReferenceStorage dzStorage;

    Convolution(ReferenceBackend backend, ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        this.backend = backend;
        this.geometry = geometry;
        this.bias = epilogue.bias();
        this.activation = epilogue.activation();
        this.maxBatch = maxBatch;
        this.filters = geometry.outChannels();
        this.channels = geometry.inChannels();
        this.channelsPerGroup = channels / geometry.groups();
        this.filtersPerGroup = filters / geometry.groups();
        this.rows = geometry.rows();
        this.cols = geometry.cols();
        this.height = rows.in();
        this.width = cols.in();
        this.outHeight = rows.out();
        this.outWidth = cols.out();
        this.dzStorage = backend.hold("conv2d", geometry.outputShape().batched(maxBatch));
    }

    @Override
    public void forward(int n, Tensor x, Tensor w, Tensor b, Tensor y) {
        Arguments args = backend.arguments("conv2d forward");
        args.workspace(dzStorage);
        args.range("n", n, 1, maxBatch);
        double[] xs = args.input("x", x, (long) n * geometry.inputShape().size());
        double[] ws = args.input("w", w, geometry.weightShape().size());
        double[] bs = null;
        if (bias == Bias.NONE) {
            args.absent("b", b, "this convolution has no bias");
        } else {
            bs = args.input("b", b, bias.shape(geometry.outputShape()).size());
        }
        double[] ys = args.output("y", y, (long) n * geometry.outputShape().size());

        for (int sample = 0; sample < n; sample++) {
            for (int o = 0; o < filters; o++) {
                for (int i = 0; i < outHeight; i++) {
                    for (int j = 0; j < outWidth; j++) {
                        double z = sum(sample, o, i, j, xs, ws);
                        switch (bias) {
                            case NONE -> {}
                            case PER_FILTER -> z += bs[o];
                            case PER_PIXEL -> z += bs[(o * outHeight + i) * outWidth + j];
                        }
                        ys[yIndex(sample, o, i, j)] = Activations.value(activation, z);
                    }
                }
            }
        }
    }

    private double sum(int sample, int o, int i, int j, double[] xs, double[] ws) {
        double sum = 0;
        for (int c = 0; c < channelsPerGroup; c++) {
            for (int p = 0; p < rows.kernel(); p++) {
                for (int q = 0; q < cols.kernel(); q++) {
                    int h = tap(rows, i, p);
                    int v = tap(cols, j, q);
                    if (inside(h, v)) {
                        sum += xs[xIndex(sample, channel(o, c), h, v)] * ws[wIndex(o, c, p, q)];
                    }
                }
            }
        }
        return sum;
    }

    @Override
    public void backward(int n, Tensor x, Tensor w, Tensor y, Tensor dy, Tensor dw, Tensor db, Tensor dx) {
        Arguments args = backend.arguments("conv2d backward");
        double[] dz = args.workspace(dzStorage);
        args.range("n", n, 1, maxBatch);
        double[] xs = args.input("x", x, (long) n * geometry.inputShape().size());
        double[] ws = args.input("w", w, geometry.weightShape().size());
        double[] ys = args.input("y", y, (long) n * geometry.outputShape().size());
        double[] dys = args.input("dy", dy, (long) n * geometry.outputShape().size());
        double[] dws = args.output("dw", dw, geometry.weightShape().size());
        double[] dbs = null;
        if (bias == Bias.NONE) {
            args.absent("db", db, "this convolution has no bias");
        } else {
            dbs = args.output("db", db, bias.shape(geometry.outputShape()).size());
        }
        double[] dxs =
                args.outputOrNull("dx", dx, (long) n * geometry.inputShape().size());

        Activations.backward(activation, n * geometry.outputShape().size(), ys, dys, dz);
        weightGradient(n, xs, dz, dws);
        if (dbs != null) {
            biasGradient(n, dz, dbs);
        }
        if (dxs != null) {
            inputGradient(n, ws, dz, dxs);
        }
    }

    @Override
    public void inputGradient(int n, Tensor w, Tensor dy, Tensor dx) {
        if (bias != Bias.NONE || activation.kind() != Activation.Kind.IDENTITY) {
            WeightedOp.super.inputGradient(n, w, dy, dx);
        }
        Arguments args = backend.arguments("conv2d input gradient");
        args.workspace(dzStorage);
        args.range("n", n, 1, maxBatch);
        double[] ws = args.input("w", w, geometry.weightShape().size());
        double[] dys = args.input("dy", dy, (long) n * geometry.outputShape().size());
        double[] dxs = args.output("dx", dx, (long) n * geometry.inputShape().size());
        inputGradient(n, ws, dys, dxs);
    }

    private void weightGradient(int n, double[] xs, double[] dz, double[] dws) {
        for (int o = 0; o < filters; o++) {
            for (int c = 0; c < channelsPerGroup; c++) {
                for (int p = 0; p < rows.kernel(); p++) {
                    for (int q = 0; q < cols.kernel(); q++) {
                        dws[wIndex(o, c, p, q)] = weightGradient(n, o, c, p, q, xs, dz);
                    }
                }
            }
        }
    }

    private double weightGradient(int n, int o, int c, int p, int q, double[] xs, double[] dz) {
        double sum = 0;
        for (int sample = 0; sample < n; sample++) {
            for (int i = 0; i < outHeight; i++) {
                for (int j = 0; j < outWidth; j++) {
                    int h = tap(rows, i, p);
                    int v = tap(cols, j, q);
                    if (inside(h, v)) {
                        sum += dz[yIndex(sample, o, i, j)] * xs[xIndex(sample, channel(o, c), h, v)];
                    }
                }
            }
        }
        return sum;
    }

    private void biasGradient(int n, double[] dz, double[] dbs) {
        Arrays.fill(dbs, 0, bias.shape(geometry.outputShape()).size(), 0);
        for (int sample = 0; sample < n; sample++) {
            for (int o = 0; o < filters; o++) {
                for (int i = 0; i < outHeight; i++) {
                    for (int j = 0; j < outWidth; j++) {
                        int index = bias == Bias.PER_FILTER ? o : (o * outHeight + i) * outWidth + j;
                        dbs[index] += dz[yIndex(sample, o, i, j)];
                    }
                }
            }
        }
    }

    /** Goes over the taps as {@code forward} does and hands each its share: overlapping windows add. */
    private void inputGradient(int n, double[] ws, double[] dz, double[] dxs) {
        Arrays.fill(dxs, 0, n * geometry.inputShape().size(), 0);
        for (int sample = 0; sample < n; sample++) {
            for (int o = 0; o < filters; o++) {
                for (int i = 0; i < outHeight; i++) {
                    for (int j = 0; j < outWidth; j++) {
                        spread(dz[yIndex(sample, o, i, j)], sample, o, i, j, ws, dxs);
                    }
                }
            }
        }
    }

    private void spread(double dz, int sample, int o, int i, int j, double[] ws, double[] dxs) {
        for (int c = 0; c < channelsPerGroup; c++) {
            for (int p = 0; p < rows.kernel(); p++) {
                for (int q = 0; q < cols.kernel(); q++) {
                    int h = tap(rows, i, p);
                    int v = tap(cols, j, q);
                    if (inside(h, v)) {
                        dxs[xIndex(sample, channel(o, c), h, v)] += dz * ws[wIndex(o, c, p, q)];
                    }
                }
            }
        }
    }

    private static int tap(WindowAxis axis, int out, int k) {
        return out * axis.stride() - axis.padBefore() + k * axis.dilation();
    }

    private boolean inside(int h, int v) {
        return h >= 0 && h < height && v >= 0 && v < width;
    }

    private int channel(int o, int c) {
        return o / filtersPerGroup * channelsPerGroup + c;
    }

    private int xIndex(int sample, int channel, int h, int v) {
        return ((sample * channels + channel) * height + h) * width + v;
    }

    private int wIndex(int o, int c, int p, int q) {
        return ((o * channelsPerGroup + c) * rows.kernel() + p) * cols.kernel() + q;
    }

    private int yIndex(int sample, int o, int i, int j) {
        return ((sample * filters + o) * outHeight + i) * outWidth + j;
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
