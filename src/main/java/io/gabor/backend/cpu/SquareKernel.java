package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.SquareKernels;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.WindowAxis;
import java.util.Arrays;

/** Depthwise convolutions with 3×3 kernels, of stride 1 or 2: which they are, and what their passes have in common. */
final class SquareKernel {
    static final int TAPS = SquareKernels.TAPS;

    /** More filters of a channel than these are computed faster as rows of a product. */
    private static final int MOST_FILTERS = 4;

    private SquareKernel() {}

    /** Returns whether each channel has filters of its own, and few, and they are 3×3. */
    static boolean suits(ConvGeometry geometry) {
        return geometry.groups() > 1
                && geometry.groups() == geometry.inChannels()
                && geometry.outChannels() / geometry.groups() <= MOST_FILTERS
                && suits(geometry.rows())
                && suits(geometry.cols())
                && geometry.rows().stride() == geometry.cols().stride();
    }

    /** Returns whether {@link #suits} holds and there is one filter for each channel, so that channels can lie side by side. */
    static boolean suitsPlain(ConvGeometry geometry) {
        return suits(geometry) && geometry.outChannels() == geometry.inChannels();
    }

    private static boolean suits(WindowAxis axis) {
        return axis.kernel() == SquareKernels.SIDE && axis.stride() <= 2 && axis.dilation() == 1;
    }

    /** Plans the gradient of the input, where {@link #suits} holds. */
    static InputGradient inputGradient(CpuContext context, ConvGeometry geometry, boolean plain) {
        return geometry.rows().stride() == 1
                ? new SquareInputGradient(context, geometry, plain)
                : new SpreadInputGradient(context, geometry, plain);
    }

    /**
     * Writes the weights of a plane as wide as its pixels.
     *
     * @param filter of all lanes, or of the first one
     * @param lanes 1 where all lanes have the same filter, else those that have one each
     * @param turned whether by half a turn
     */
    static void weights(float[] w, int filter, int lanes, boolean turned, int width, float[] to, int at) {
        for (int t = 0; t < TAPS; t++) {
            int from = filter * TAPS + (turned ? TAPS - 1 - t : t);
            int first = at + t * width;
            if (lanes == 1) {
                Arrays.fill(to, first, first + width, w[from]);
                continue;
            }
            for (int l = 0; l < lanes; l++) {
                to[first + l] = w[from + l * TAPS];
            }
            Arrays.fill(to, first + lanes, first + width, 0f);
        }
    }
}
