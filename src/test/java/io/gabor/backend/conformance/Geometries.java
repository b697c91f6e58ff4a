package io.gabor.backend.conformance;

import io.gabor.backend.Activation;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Padding;
import io.gabor.tensor.Philox;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.WindowAxis;
import java.util.List;

/** Draws geometries at random: every combination that the seam allows, small enough for the reference. */
final class Geometries {
    /** One of each kind. */
    static final List<Activation> ACTIVATIONS = List.of(
            Activation.IDENTITY, Activation.RELU, Activation.leakyRelu(0.01f), Activation.SIGMOID, Activation.TANH);

    private Geometries() {}

    /**
     * Draws a convolution with kernels up to 5, strides up to 4 (also beyond the kernel), dilation up to 3, a padding per
     * side or SAME, and up to 4 groups; every sixth is depthwise.
     */
    static ConvGeometry conv(Philox random) {
        int groups = random.nextInt(2) == 0 ? 1 : 1 + random.nextInt(4);
        int in = groups * (1 + random.nextInt(6));
        int out = groups * (1 + random.nextInt(6));
        if (random.nextInt(6) == 0) {
            in = 1 + random.nextInt(9);
            groups = in;
            out = in * (1 + random.nextInt(2));
        }
        return new ConvGeometry(in, out, groups, convAxis(random), convAxis(random));
    }

    private static WindowAxis convAxis(Philox random) {
        int kernel = 1 + random.nextInt(5);
        int stride = random.nextInt(2) == 0 ? 1 : 1 + random.nextInt(4);
        int dilation = random.nextInt(2) == 0 ? 1 : 1 + random.nextInt(3);
        int span = (kernel - 1) * dilation + 1;
        if (random.nextInt(4) == 0) {
            return Padding.SAME.rows(1 + random.nextInt(15), kernel, stride, dilation, false);
        }
        int before = random.nextInt(2) * random.nextInt(4);
        int after = random.nextInt(2) * random.nextInt(4);
        int in = Math.max(1, span - before - after) + random.nextInt(12);
        return new WindowAxis(in, kernel, stride, dilation, before, after, false);
    }

    /** Draws a pooling geometry with windows that overlap, touch or leave gaps, a padding per side, floor or ceil. */
    static PoolGeometry pool(Philox random) {
        boolean ceil = random.nextInt(2) == 0;
        return new PoolGeometry(1 + random.nextInt(7), poolAxis(random, ceil), poolAxis(random, ceil));
    }

    private static WindowAxis poolAxis(Philox random, boolean ceil) {
        int kernel = 1 + random.nextInt(5);
        int stride = random.nextInt(2) == 0 ? kernel : 1 + random.nextInt(6);
        int before = random.nextInt(2) * random.nextInt(kernel);
        int after = random.nextInt(2) * random.nextInt(kernel);
        int in = Math.max(1, kernel - before - after) + random.nextInt(14);
        return new WindowAxis(in, kernel, stride, 1, before, after, ceil);
    }

    /** Returns a square convolution in one group. */
    static ConvGeometry square(int channels, int filters, int size, int kernel, int stride, Padding padding) {
        return new ConvGeometry(
                channels,
                filters,
                1,
                padding.rows(size, kernel, stride, 1, false),
                padding.cols(size, kernel, stride, 1, false));
    }
}
