package io.gabor.backend.cpu;

import io.gabor.backend.Bias;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;
import java.util.Arrays;

/** {@code db[o] = Σ over images and pixels of dz[o, i, j]}, or over images alone, in the plain layout: a filter is one chunk. */
final class PlainBiasGradient implements WorkerPool.Task {
    private final CpuContext context;
    private final Kernels kernels;
    private final boolean perPixel;
    private final int filters;
    private final int pixels;

    private int n;
    private float[] dz;
    private float[] db;

    PlainBiasGradient(CpuContext context, ConvGeometry geometry, Bias bias) {
        this.context = context;
        kernels = context.kernels();
        perPixel = bias == Bias.PER_PIXEL;
        filters = geometry.outChannels();
        pixels = geometry.rows().out() * geometry.cols().out();
    }

    void run(int batch, float[] dzs, float[] dbs) {
        n = batch;
        dz = dzs;
        db = dbs;
        context.pool().run(this, filters, (long) batch * filters * pixels);
    }

    @Override
    public void run(int filter, int worker) {
        if (perPixel) {
            int to = filter * pixels;
            Arrays.fill(db, to, to + pixels, 0f);
            for (int image = 0; image < n; image++) {
                kernels.add(pixels, db, to, dz, (image * filters + filter) * pixels, db, to);
            }
            return;
        }
        double sum = 0;
        for (int image = 0; image < n; image++) {
            sum += kernels.sum(pixels, dz, (image * filters + filter) * pixels);
        }
        db[filter] = (float) sum;
    }
}
