package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** Copies short runs by whole vectors: what a copy writes too much, the next one overwrites. */
final class VectorPacking {
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SPECIES.vectorShape());
    /** LANES times all bits, then LANES times none: a vector from LANES − n on keeps n lanes. */
    private static final int[] KEEP = new int[2 * LANES];

    static {
        Arrays.fill(KEEP, 0, LANES, -1);
    }

    private VectorPacking() {}

    static void copyRuns(
            int rows,
            int[] rowOffsets,
            int firstRow,
            Runs runs,
            float[] from,
            int fromOffset,
            float[] to,
            int toOffset,
            int toPitch) {
        int count = runs.count;
        int[] sources = runs.source;
        int[] targets = runs.target;
        int[] lengths = runs.length;
        for (int r = 0; r < rows; r++) {
            int source = fromOffset + rowOffsets[firstRow + r];
            int target = toOffset + r * toPitch;
            for (int u = 0; u < count; u++) {
                int s = source + sources[u];
                int t = target + targets[u];
                int length = lengths[u];
                FloatVector.fromArray(SPECIES, from, s).intoArray(to, t);
                for (int i = LANES; i < length; i += LANES) {
                    FloatVector.fromArray(SPECIES, from, s + i).intoArray(to, t + i);
                }
            }
        }
    }

    /** As {@link #copyRuns} for runs that fit a vector. */
    static void copyShortRuns(
            int rows,
            int[] rowOffsets,
            int firstRow,
            Runs runs,
            float[] from,
            int fromOffset,
            float[] to,
            int toOffset,
            int toPitch) {
        int count = runs.count;
        int[] sources = runs.source;
        int[] targets = runs.target;
        for (int r = 0; r < rows; r++) {
            int source = fromOffset + rowOffsets[firstRow + r];
            int target = toOffset + r * toPitch;
            for (int u = 0; u < count; u++) {
                FloatVector.fromArray(SPECIES, from, source + sources[u]).intoArray(to, target + targets[u]);
            }
        }
    }

    static void copySingles(
            int rows,
            int[] rowOffsets,
            int firstRow,
            Runs runs,
            float[] from,
            int fromOffset,
            float[] to,
            int toOffset,
            int toPitch) {
        int count = runs.count;
        int[] sources = runs.source;
        for (int r = 0; r < rows; r++) {
            int source = fromOffset + rowOffsets[firstRow + r];
            int target = toOffset + r * toPitch;
            for (int u = 0; u < count; u++) {
                to[target + u] = from[source + sources[u]];
            }
        }
    }

    static void addRuns(
            int rows,
            int rowStep,
            int[] rowOffsets,
            int firstRow,
            Runs runs,
            float[] from,
            int fromOffset,
            int fromPitch,
            float[] to,
            int toOffset) {
        int count = runs.count;
        int[] sources = runs.source;
        int[] targets = runs.target;
        int[] lengths = runs.length;
        for (int first = 0; first < rowStep; first++) {
            for (int u = 0; u < count; u++) {
                int length = lengths[u];
                for (int r = first; r < rows; r += rowStep) {
                    int t = toOffset + rowOffsets[firstRow + r] + sources[u];
                    int s = fromOffset + r * fromPitch + targets[u];
                    int i = 0;
                    for (; i + LANES <= length; i += LANES) {
                        FloatVector.fromArray(SPECIES, to, t + i)
                                .add(FloatVector.fromArray(SPECIES, from, s + i))
                                .intoArray(to, t + i);
                    }
                    if (i < length) {
                        // The rest of the run as a vector whose other lanes are 0: what lies behind the run stays.
                        FloatVector rest = FloatVector.fromArray(SPECIES, from, s + i)
                                .reinterpretAsInts()
                                .and(IntVector.fromArray(INTS, KEEP, LANES - length + i))
                                .reinterpretAsFloats();
                        FloatVector.fromArray(SPECIES, to, t + i).add(rest).intoArray(to, t + i);
                    }
                }
            }
        }
    }
}
