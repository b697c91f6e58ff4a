package io.gabor.tensor;

/**
 * Counter-based random numbers: Philox 4×32 with ten rounds (Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As
 * Easy as 1, 2, 3", SC 2011). The number at a position is a pure function of (seed, stream, position), so it can be
 * computed in any order, by any thread, on any device, with the same result. This class walks the positions in order;
 * {@link #block} gives the four 32-bit words at any position.
 *
 * <p>Not safe for use by several threads at once; make one per thread with its own stream.
 */
public final class Philox {
    private static final int M0 = 0xD2511F53;
    private static final int M1 = 0xCD9E8D57;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;

    private final long seed;
    private final long stream;
    private final int[] words = new int[4];
    private long position;
    private int used = 4;
    private double spareNormal = Double.NaN;

    /**
     * Starts at position 0.
     *
     * @param seed what the user chose
     * @param stream what the numbers are for: two streams of one seed are independent
     */
    public Philox(long seed, long stream) {
        this.seed = seed;
        this.stream = stream;
    }

    /** Writes the four words at {@code (seed; position, stream)} to {@code out[0..3]}. */
    public static void block(long seed, long stream, long position, int[] out) {
        int c0 = (int) position;
        int c1 = (int) (position >>> 32);
        int c2 = (int) stream;
        int c3 = (int) (stream >>> 32);
        int k0 = (int) seed;
        int k1 = (int) (seed >>> 32);
        for (int round = 0; round < 10; round++) {
            long p0 = (M0 & 0xFFFFFFFFL) * (c0 & 0xFFFFFFFFL);
            long p1 = (M1 & 0xFFFFFFFFL) * (c2 & 0xFFFFFFFFL);
            c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            c1 = (int) p1;
            c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c3 = (int) p0;
            k0 += W0;
            k1 += W1;
        }
        out[0] = c0;
        out[1] = c1;
        out[2] = c2;
        out[3] = c3;
    }

    /** Goes on from another position of the stream. */
    public void moveTo(long newPosition) {
        position = newPosition;
        used = 4;
        spareNormal = Double.NaN;
    }

    /** Returns 32 random bits. */
    public int nextInt() {
        if (used == 4) {
            block(seed, stream, position++, words);
            used = 0;
        }
        return words[used++];
    }

    /** Returns a uniform integer in {@code [0, bound)}, without bias (Lemire's multiplication with rejection). */
    public int nextInt(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("the bound must be at least 1, found " + bound);
        }
        long product = (nextInt() & 0xFFFFFFFFL) * bound;
        long threshold = (0x100000000L - bound) % bound;
        while ((product & 0xFFFFFFFFL) < threshold) {
            product = (nextInt() & 0xFFFFFFFFL) * bound;
        }
        return (int) (product >>> 32);
    }

    /** Returns a uniform number in {@code [0, 1)} with 53 random bits. */
    public double nextDouble() {
        long high = nextInt() & 0xFFFFFFFFL;
        long low = nextInt() & 0xFFFFFFFFL;
        return ((high << 21) ^ (low >>> 11)) * 0x1p-53;
    }

    /** Returns a uniform number in {@code [low, high)}. */
    public double uniform(double low, double high) {
        return low + (high - low) * nextDouble();
    }

    /** Returns a sample of N(0, 1) (Box and Muller), the same bits on every platform. */
    public double nextGaussian() {
        if (!Double.isNaN(spareNormal)) {
            double result = spareNormal;
            spareNormal = Double.NaN;
            return result;
        }
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - nextDouble()));
        double angle = 2 * StrictMath.PI * nextDouble();
        spareNormal = radius * StrictMath.sin(angle);
        return radius * StrictMath.cos(angle);
    }

    /** Shuffles in place (Fisher and Yates). */
    public void shuffle(int[] values) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = nextInt(i + 1);
            int swap = values[i];
            values[i] = values[j];
            values[j] = swap;
        }
    }
}
