package io.gabor.train;

import io.gabor.tensor.Shape;

/**
 * The second moments of images' patches, {@code Σ = 1/P · Σ over all P patches p of p·pᵀ}, without a mean taken off: normalised
 * images have next to none. A patch is C×KH×KW adjacent pixels, at every place where it fits, row-major as a filter's weights.
 */
final class PatchCovariance {
    private final int height;
    private final int width;
    /** Where a patch's values lie in a sample, from the place of its first. */
    private final int[] offsets;

    private final int rows;
    private final int cols;
    private final double[][] sums;
    private long patches;

    PatchCovariance(Shape sample, int kernelHeight, int kernelWidth) {
        height = sample.dim(1);
        width = sample.dim(2);
        rows = height - kernelHeight + 1;
        cols = width - kernelWidth + 1;
        offsets = new int[sample.dim(0) * kernelHeight * kernelWidth];
        for (int i = 0; i < offsets.length; i++) {
            int q = i % kernelWidth;
            int p = i / kernelWidth % kernelHeight;
            int c = i / (kernelWidth * kernelHeight);
            offsets[i] = (c * height + p) * width + q;
        }
        sums = new double[offsets.length][offsets.length];
    }

    /** Adds the patches of a sample, C×H×W. */
    void add(double[] sample) {
        double[] patch = new double[offsets.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j++) {
                for (int k = 0; k < patch.length; k++) {
                    patch[k] = sample[i * width + j + offsets[k]];
                }
                add(patch, sums);
            }
        }
        patches += (long) Math.max(rows, 0) * Math.max(cols, 0);
    }

    private static void add(double[] patch, double[][] sums) {
        for (int a = 0; a < patch.length; a++) {
            double[] row = sums[a];
            double value = patch[a];
            for (int b = 0; b <= a; b++) {
                row[b] += value * patch[b];
            }
        }
    }

    /** Returns Σ. */
    double[][] matrix() {
        double[][] matrix = new double[offsets.length][offsets.length];
        for (int a = 0; a < matrix.length; a++) {
            for (int b = 0; b <= a; b++) {
                matrix[a][b] = sums[a][b] / Math.max(patches, 1);
                matrix[b][a] = matrix[a][b];
            }
        }
        return matrix;
    }
}
