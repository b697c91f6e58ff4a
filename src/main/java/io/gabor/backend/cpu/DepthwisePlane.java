package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.DepthwiseKernels;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.WindowAxis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * One plane of a depthwise convolution in the layout CHWN, cut into runs of pixels that the same taps reach, each tap at one
 * distance from pixel to pixel. Inside the plane these are rows; at its left and right edge, where a padded kernel has fewer
 * taps, they are columns, so that there are few short ones. Backward, each phase of the strides is a plane of its own.
 */
final class DepthwisePlane {
    /** More filters of a channel than these are computed faster as rows of a product. */
    private static final int MOST_FILTERS = 4;

    private final DepthwiseKernels kernels;
    private final int width;
    private final int kernelCols;
    private final int kernelTaps;
    private final int cols;
    private final int sourceCols;
    private final int sourcePixels;
    /** Planes that a result is a sum over: all filters of a channel, backward. */
    private final int planes;

    private final Run[] runs;

    /**
     * Pixels at {@code first}, {@code first + step}, ...: {@code count} of them. Tap t has the weight at {@code weights[t]}
     * and reads pixel j of the run at {@code steps[t] + j·sourceStep}; steps ascend within a plane.
     */
    private record Run(int first, int step, int count, int sourceStep, int[] weights, int[] steps) {}

    /** Positions along an axis, {@code step} apart, and the taps that reach them; what these read of the first one ascends. */
    private record Stretch(int first, int step, int count, int sourceStep, int[] taps, int[] sources) {
        /** Cuts an axis into stretches. */
        static List<Stretch> of(AxisTaps axis, int step, int sourceStep) {
            List<Stretch> stretches = new ArrayList<>();
            for (int phase = 0; phase < Math.min(step, axis.positions); phase++) {
                for (int i = phase; i < axis.positions; i += step) {
                    Stretch next = at(axis, i, step, sourceStep);
                    int last = stretches.size() - 1;
                    if (i > phase && stretches.get(last).continues(next)) {
                        stretches.set(last, stretches.get(last).longer());
                    } else {
                        stretches.add(next);
                    }
                }
            }
            return stretches;
        }

        private static Stretch at(AxisTaps axis, int position, int step, int sourceStep) {
            List<int[]> pairs = new ArrayList<>();
            for (int run = axis.start[position]; run < axis.start[position + 1]; run++) {
                for (int tap = axis.first[run]; tap < axis.first[run] + axis.count[run]; tap++) {
                    pairs.add(new int[] {tap, axis.base[run] + tap * axis.tapStep});
                }
            }
            pairs.sort((a, b) -> Integer.compare(a[1], b[1]));
            int[] taps = pairs.stream().mapToInt(pair -> pair[0]).toArray();
            int[] sources = pairs.stream().mapToInt(pair -> pair[1]).toArray();
            return new Stretch(position, step, 1, sourceStep, taps, sources);
        }

        private boolean continues(Stretch next) {
            boolean same = Arrays.equals(taps, next.taps);
            for (int t = 0; same && t < taps.length; t++) {
                same = next.sources[t] == sources[t] + count * sourceStep;
            }
            return same;
        }

        private Stretch longer() {
            return new Stretch(first, step, count + 1, sourceStep, taps, sources);
        }
    }

    private DepthwisePlane(
            Kernels kernels,
            List<Stretch> down,
            List<Stretch> across,
            int kernelRows,
            int kernelCols,
            int cols,
            int sourceRows,
            int sourceCols,
            int planes) {
        this.kernels = kernels.depthwise();
        this.kernelCols = kernelCols;
        this.cols = cols;
        this.sourceCols = sourceCols;
        this.planes = planes;
        width = kernels.panelWidth();
        kernelTaps = kernelRows * kernelCols;
        sourcePixels = sourceRows * sourceCols;
        List<Run> all = new ArrayList<>();
        for (Stretch rows : down) {
            for (Stretch columns : across) {
                add(rows, columns, all);
            }
        }
        // In the order of the pixels, so that what two runs read is still in the cache.
        all.sort(Comparator.comparingInt(Run::first));
        runs = all.toArray(new Run[0]);
    }

    /** Returns whether each channel has filters of its own, and few. */
    static boolean suits(ConvGeometry geometry) {
        return geometry.groups() > 1
                && geometry.groups() == geometry.inChannels()
                && geometry.outChannels() / geometry.groups() <= MOST_FILTERS;
    }

    /** From the output's pixels to the input's. */
    static DepthwisePlane forward(Kernels kernels, ConvGeometry geometry) {
        WindowAxis rows = geometry.rows();
        WindowAxis cols = geometry.cols();
        return new DepthwisePlane(
                kernels,
                Stretch.of(AxisTaps.forward(rows), 1, rows.stride()),
                Stretch.of(AxisTaps.forward(cols), 1, cols.stride()),
                rows.kernel(),
                cols.kernel(),
                cols.out(),
                rows.in(),
                cols.in(),
                1);
    }

    /** From the input's pixels to the outputs' of all filters of a channel. */
    static DepthwisePlane backward(Kernels kernels, ConvGeometry geometry) {
        WindowAxis rows = geometry.rows();
        WindowAxis cols = geometry.cols();
        return new DepthwisePlane(
                kernels,
                Stretch.of(AxisTaps.backward(rows), rows.stride(), 1),
                Stretch.of(AxisTaps.backward(cols), cols.stride(), 1),
                rows.kernel(),
                cols.kernel(),
                cols.in(),
                rows.out(),
                cols.out(),
                geometry.outChannels() / geometry.groups());
    }

    /** Adds the runs of a rectangle, whose pixels the same taps reach: along its longer side. */
    private void add(Stretch rows, Stretch columns, List<Run> all) {
        int[] weights = new int[planes * rows.taps.length * columns.taps.length];
        int[] steps = new int[weights.length];
        int t = 0;
        for (int plane = 0; plane < planes; plane++) {
            for (int v = 0; v < rows.taps.length; v++) {
                for (int h = 0; h < columns.taps.length; h++) {
                    weights[t] = plane * kernelTaps + rows.taps[v] * kernelCols + columns.taps[h];
                    steps[t++] = (plane * sourcePixels + rows.sources[v] * sourceCols + columns.sources[h]) * width;
                }
            }
        }
        int rowStep = rows.step * cols * width;
        int sourceRowStep = rows.sourceStep * sourceCols * width;
        int colStep = columns.step * width;
        int sourceColStep = columns.sourceStep * width;
        int first = (rows.first * cols + columns.first) * width;
        if (columns.count >= rows.count) {
            for (int i = 0; i < rows.count; i++) {
                int[] moved = moved(steps, i * sourceRowStep);
                all.add(new Run(first + i * rowStep, colStep, columns.count, sourceColStep, weights, moved));
            }
        } else {
            for (int j = 0; j < columns.count; j++) {
                int[] moved = moved(steps, j * sourceColStep);
                all.add(new Run(first + j * colStep, rowStep, rows.count, sourceRowStep, weights, moved));
            }
        }
    }

    private static int[] moved(int[] steps, int distance) {
        return Arrays.stream(steps).map(step -> step + distance).toArray();
    }

    /**
     * Computes a plane.
     *
     * @param wOffset where the first filter's weights begin
     * @param sourceOffset where the first plane of the source begins
     * @param resultOffset where the plane begins
     */
    void sums(float[] w, int wOffset, float[] source, int sourceOffset, float[] result, int resultOffset) {
        for (Run run : runs) {
            int to = resultOffset + run.first;
            if (run.weights.length == 0) {
                for (int j = 0; j < run.count; j++) {
                    Arrays.fill(result, to + j * run.step, to + j * run.step + width, 0f);
                }
                continue;
            }
            kernels.sums(
                    run.count,
                    run.weights.length,
                    run.weights,
                    w,
                    wOffset,
                    run.steps,
                    source,
                    sourceOffset,
                    run.sourceStep,
                    result,
                    to,
                    run.step);
        }
    }

    /** Adds what a plane dz contributes to the gradients of a filter's weights, of which there are partial sums; forward only. */
    void gradients(float[] source, int sourceOffset, float[] dz, int dzOffset, float[] sums) {
        for (Run run : runs) {
            kernels.gradients(
                    run.count,
                    run.weights.length,
                    run.weights,
                    run.steps,
                    source,
                    sourceOffset,
                    run.sourceStep,
                    dz,
                    dzOffset + run.first,
                    run.step,
                    sums);
        }
    }
}
