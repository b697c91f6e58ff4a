package io.gabor.backend.cpu.simd;

/**
 * A fixed list of runs of consecutive elements: where each starts in the source and in the target row, and how long it is.
 * Targets ascend without gaps.
 */
public final class Runs {
    final int count;
    final int[] source;
    final int[] target;
    final int[] length;
    final boolean single;
    /** The longest run. */
    final int longest;

    private Runs(int count, int[] source, int[] target, int[] length, boolean single) {
        this.count = count;
        this.source = source;
        this.target = target;
        this.length = length;
        this.single = single;
        int most = 0;
        for (int u = 0; u < count; u++) {
            most = Math.max(most, length[u]);
        }
        longest = most;
    }

    /** Returns the runs that copy {@code from[offsets[first + j]]} to {@code to[j]} for {@code j < count}. */
    public static Runs of(int[] offsets, int first, int count) {
        int[] source = new int[count];
        int[] target = new int[count];
        int[] length = new int[count];
        int runs = 0;
        for (int j = 0; j < count; j++) {
            if (j > 0 && offsets[first + j] == offsets[first + j - 1] + 1) {
                length[runs - 1]++;
            } else {
                source[runs] = offsets[first + j];
                target[runs] = j;
                length[runs++] = 1;
            }
        }
        return new Runs(runs, source, target, length, runs == count);
    }
}
