package io.gabor.backend.cpu;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.cpu.simd.Function;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;

/**
 * {@code y[O×P] = f(w[O×K] · patches[K×P] + b)} for each group and block of output pixels: pack a panel of patches,
 * multiply all filters with it, finish the tile while it is in the first-level cache.
 *
 * <p>Each output is one sum over the taps in order, so that how pixels are grouped changes no bit.
 */
final class ConvForward implements WorkerPool.Task {
    private static final String OP = "conv2d";

    /** A block of fewer multiply-adds is not worth handing to another thread. */
    private static final int BLOCK_WORK = 1 << 17;

    /** A block's pixels at most, so that a padded block and its panels stay in the second-level cache. */
    private static final int BLOCK_PIXELS = 1024;

    private final CpuContext context;
    private final Kernels kernels;
    private final ConvGeometry geometry;
    private final Bias bias;
    private final Function function;
    private final float slope;
    private final Patches patches;
    /** Of one image. */
    private final long multiplyAdds;

    private final int bands;
    private final int filters;
    private final int outPixels;
    private final int panelOffset;
    private final int tileOffset;
    private final long scratch;

    private int n;
    private float[] x;
    private float[] w;
    private float[] b;
    private float[] y;

    ConvForward(CpuContext context, ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        this.context = context;
        this.geometry = geometry;
        kernels = context.kernels();
        bias = epilogue.bias();
        function = CpuContext.function(epilogue.activation());
        slope = epilogue.activation().slope();
        multiplyAdds = geometry.flops() / 2;
        filters = geometry.outChannels() / geometry.groups();
        int outRows = geometry.rows().out();
        int outCols = geometry.cols().out();
        outPixels = outRows * outCols;

        int images = ImageGroups.size(outPixels, maxBatch, kernels.panelWidth());
        int rows = images > 1 ? outRows : bandRows(geometry, maxBatch, kernels.panelWidth());
        bands = CpuContext.ceilDiv(outRows, rows);
        patches = new Patches(geometry, images, CpuContext.ceilDiv(outRows, bands), kernels);
        panelOffset = patches.size;
        tileOffset =
                Math.addExact(panelOffset, Math.multiplyExact(patches.taps, kernels.panelWidth()) + kernels.slack());
        scratch = (long) tileOffset + (long) filters * kernels.panelWidth();
        context.memory().reserveScratch(OP, scratch);
    }

    private static int bandRows(ConvGeometry geometry, int maxBatch, int panelWidth) {
        long pixelWork = (long) geometry.outChannels() * geometry.fanIn();
        long pixels = maxBatch >= 16 ? BLOCK_PIXELS : Math.max(panelWidth, BLOCK_WORK / pixelWork);
        long rows = (Math.min(pixels, BLOCK_PIXELS) - 1) / geometry.cols().out() + 1;
        return (int) Math.min(rows, geometry.rows().out());
    }

    void run(int batch, float[] xs, float[] ws, float[] bs, float[] ys) {
        n = batch;
        x = xs;
        w = ws;
        b = bs;
        y = ys;
        int chunks = CpuContext.ceilDiv(batch, patches.images) * bands;
        context.pool().run(this, chunks, multiplyAdds * batch);
    }

    @Override
    public void run(int chunk, int worker) {
        float[] memory = context.memory().scratch(worker);
        int width = kernels.panelWidth();
        int image = chunk / bands * patches.images;
        int images = Math.min(patches.images, n - image);
        int row = chunk % bands * patches.rows;
        int imagePixels = Math.min(patches.rows, geometry.rows().out() - row)
                * geometry.cols().out();
        int pixels = images * imagePixels;
        int taps = patches.taps;
        patches.load(x, image, images, row, memory, 0);
        for (int group = 0; group < geometry.groups(); group++) {
            for (int first = 0; first < pixels; first += width) {
                kernels.copyRuns(
                        taps,
                        patches.tapOffset,
                        0,
                        patches.pixelRuns[first / width],
                        memory,
                        group * patches.groupStride,
                        memory,
                        panelOffset,
                        width);
                kernels.multiplyPanel(
                        filters,
                        taps,
                        w,
                        group * filters * taps,
                        taps,
                        1,
                        memory,
                        panelOffset,
                        memory,
                        tileOffset,
                        width,
                        false);
                int end = Math.min(first + width, pixels);
                for (int t = first; t < end; ) {
                    int inImage = t / imagePixels;
                    int pixel = t - inImage * imagePixels;
                    int count = Math.min(end - t, imagePixels - pixel);
                    finish(
                            memory,
                            t - first,
                            count,
                            image + inImage,
                            group,
                            row * geometry.cols().out() + pixel);
                    t += count;
                }
            }
        }
    }

    private void finish(float[] memory, int column, int count, int image, int group, int pixel) {
        int filter = group * filters;
        boolean perPixel = bias == Bias.PER_PIXEL;
        kernels.finish(
                function,
                slope,
                filters,
                count,
                memory,
                tileOffset + column,
                kernels.panelWidth(),
                b,
                perPixel ? filter * outPixels + pixel : filter,
                perPixel ? outPixels : 1,
                perPixel ? 1 : 0,
                y,
                (image * geometry.outChannels() + filter) * outPixels + pixel,
                outPixels);
    }

    void close() {
        context.memory().returnScratch(scratch);
    }
}
