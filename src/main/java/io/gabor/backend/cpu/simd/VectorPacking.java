package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;

/** Copies short runs by whole vectors: what a copy writes too much, the next one overwrites. */
final class VectorPacking {
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
        for (int r = 0; r < rows; r++) {
            int target = toOffset + rowOffsets[firstRow + r];
            int source = fromOffset + r * fromPitch;
            for (int u = 0; u < count; u++) {
                int t = target + sources[u];
                int s = source + targets[u];
                int length = lengths[u];
                int i = 0;
                for (; i + LANES <= length; i += LANES) {
                    FloatVector.fromArray(SPECIES, to, t + i)
                            .add(FloatVector.fromArray(SPECIES, from, s + i))
                            .intoArray(to, t + i);
                }
                for (; i < length; i++) {
                    to[t + i] += from[s + i];
                }
            }
        }
    }
}
