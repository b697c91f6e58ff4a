package io.gabor.backend.cpu.simd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The kernels that a test of kernels goes through. */
final class EveryKernels {
    private EveryKernels() {}

    /** Returns the kernels of this JVM, the scalar twin, and with the Vector API what computes before it is compiled. */
    static List<Kernels> here() {
        List<Kernels> kernels = new ArrayList<>(List.of(KernelSelection.kernels(), new ScalarKernels()));
        if (KernelSelection.reason().isEmpty()) {
            kernels.add(cold());
        }
        return kernels;
    }

    /** Returns kernels that stay in plain loops. */
    static Kernels cold() {
        return new WarmingKernels(anyTiles(), idle());
    }

    static TileChoice anyTiles() {
        double[] speeds = new double[TileChoice.HEIGHTS.length];
        Arrays.fill(speeds, 1);
        return new TileChoice(speeds, 4, 4);
    }

    /** Returns a queue that compiles nothing. */
    static WarmUpQueue idle() {
        return new WarmUpQueue() {
            @Override
            synchronized void add(WarmUp kernel) {}
        };
    }
}
