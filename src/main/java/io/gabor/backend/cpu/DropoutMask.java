package io.gabor.backend.cpu;

import io.gabor.backend.DropoutSpec;

/**
 * The factors that dropout multiplies with: a pure function of seed, step and unit, so any thread can compute any part of
 * them. The same as {@link io.gabor.tensor.Philox#block}, written out for a run of units and without a branch on a random
 * bit, which no processor can predict.
 */
final class DropoutMask {
    private static final long LOW = 0xFFFFFFFFL;
    private static final long M0 = 0xD2511F53L;
    private static final long M1 = 0xCD9E8D57L;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
    /** Random words of one counter. */
    private static final int WORDS = 4;

    private final int key0;
    private final int key1;
    private final long threshold;
    private final int scale;

    DropoutMask(DropoutSpec spec) {
        key0 = (int) spec.seed();
        key1 = (int) (spec.seed() >>> 32);
        threshold = spec.threshold();
        scale = Float.floatToRawIntBits((float) spec.scale());
    }

    /** Writes the factors of the units {@code [first, first + n)} to {@code to[at + j·step]}, 0 or 1/(1 − p). */
    void fill(int counter, int first, int n, float[] to, int at, int step) {
        int end = first + n;
        int target = at;
        for (int unit = first - first % WORDS; unit < end; unit += WORDS) {
            int c0 = unit / WORDS;
            int c1 = 0;
            int c2 = counter;
            int c3 = 0;
            int k0 = key0;
            int k1 = key1;
            for (int round = 0; round < ROUNDS; round++) {
                long p0 = M0 * (c0 & LOW);
                long p1 = M1 * (c2 & LOW);
                c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
                c1 = (int) p1;
                c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
                c3 = (int) p0;
                k0 += W0;
                k1 += W1;
            }
            if (unit >= first && unit + WORDS <= end) {
                to[target] = factor(c0);
                to[target + step] = factor(c1);
                to[target + 2 * step] = factor(c2);
                to[target + 3 * step] = factor(c3);
                target += WORDS * step;
            } else {
                for (int u = Math.max(unit, first); u < Math.min(unit + WORDS, end); u++) {
                    to[target] = factor(
                            switch (u - unit) {
                                case 0 -> c0;
                                case 1 -> c1;
                                case 2 -> c2;
                                default -> c3;
                            });
                    target += step;
                }
            }
        }
    }

    private float factor(int word) {
        int dropped = (int) (((word & LOW) - threshold) >> 63);
        return Float.intBitsToFloat(scale & ~dropped);
    }
}
