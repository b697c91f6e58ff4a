package io.gabor.backend.cpu.simd;

import io.gabor.backend.cpu.simd.WarmUpCalls.Kind;

/** The vector loops of depthwise convolutions in a JVM that has just started; see {@link WarmingKernels}. */
final class WarmingDepthwise implements DepthwiseKernels {
    private final DepthwiseKernels plain = new PlainDepthwise(2 * VectorKernels.LANES, VectorKernels.LANES);
    private final DepthwiseKernels vector = new VectorDepthwise();
    private final WarmUp sums;
    private final WarmUp gradients;

    WarmingDepthwise(WarmUpQueue queue) {
        sums = new WarmUp(queue, Kind.DEPTHWISE, 0, 0);
        gradients = new WarmUp(queue, Kind.DEPTHWISE_GRADIENTS, 0, 0);
    }

    @Override
    public void sums(
            int count,
            int taps,
            int[] weights,
            float[] w,
            int wOffset,
            int[] steps,
            float[] x,
            int xOffset,
            int xStep,
            float[] y,
            int yOffset,
            int yStep) {
        DepthwiseKernels now = sums.ready() ? vector : plain;
        now.sums(count, taps, weights, w, wOffset, steps, x, xOffset, xStep, y, yOffset, yStep);
    }

    @Override
    public void gradients(
            int count,
            int taps,
            int[] weights,
            int[] steps,
            float[] x,
            int xOffset,
            int xStep,
            float[] dz,
            int dzOffset,
            int dzStep,
            float[] sums) {
        DepthwiseKernels now = gradients.ready() ? vector : plain;
        now.gradients(count, taps, weights, steps, x, xOffset, xStep, dz, dzOffset, dzStep, sums);
    }
}
