package io.gabor.train;

/**
 * The filters of a whitening convolution (Jordan, 2024): with λ the eigenvalues of the patches' covariance, the largest first,
 * and v their eigenvectors, {@code v/√(λ + ε)} and then the negatives of all those. Their outputs have variance
 * {@code λ/(λ + ε)} and do not correlate, but for the negatives.
 */
final class Whitening {
    private Whitening() {}

    /**
     * Returns the filters, row-major.
     *
     * @param covariance of the patches
     * @param count how many filters; even, at most two for each value of a patch
     */
    static float[] filters(double[][] covariance, int count, double epsilon) {
        Eigenvectors eigen = Eigenvectors.of(covariance);
        int size = covariance.length;
        float[] filters = new float[count * size];
        for (int i = 0; i < count / 2; i++) {
            // Rounding may leave an eigenvalue of 0 a little below it.
            double scale = 1 / Math.sqrt(Math.max(eigen.values()[i], 0) + epsilon);
            for (int k = 0; k < size; k++) {
                float value = (float) (eigen.vectors()[i][k] * scale);
                filters[i * size + k] = value;
                filters[(count / 2 + i) * size + k] = -value;
            }
        }
        return filters;
    }
}
