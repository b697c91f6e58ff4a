package io.gabor.backend.cpu.simd;

/**
 * {@code a·b + c}, rounded once where the processor can do that. Without an instruction for it {@link Math#fma} computes
 * with BigDecimal, some hundred times slower, so this class finds out first.
 */
final class FusedMultiplyAdd {
    /** Whether the processor multiplies and adds in one instruction. */
    static final boolean IN_HARDWARE = measure();

    private static final int CALLS = 64;

    private FusedMultiplyAdd() {}

    static float fma(float a, float b, float c) {
        return IN_HARDWARE ? Math.fma(a, b, c) : a * b + c;
    }

    /** One fast trial is proof; a busy machine can only make a trial slower, so there are many. */
    private static boolean measure() {
        float value = 1;
        for (int trial = 0; trial < 100; trial++) {
            long start = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                value = Math.fma(value, 0.999f, 0.001f);
            }
            if (System.nanoTime() - start < CALLS * 300L && value > 0) {
                return true;
            }
        }
        return false;
    }
}
