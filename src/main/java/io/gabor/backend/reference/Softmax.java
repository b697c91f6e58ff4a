package io.gabor.backend.reference;

/**
 * Softmax of each row of a matrix and its backward pass. {@code x, y, dy, dx: R×C}.
 *
 * <pre>
 * m(r)    = max over c of x[r,c]
 * y[r,c]  = exp(x[r,c] − m(r)) / Σ over k of exp(x[r,k] − m(r))
 *
 * dx[r,c] = Σ over k of dy[r,k] · J[k,c]          J[k,c] = y[r,k] · (δkc − y[r,c])
 *         = y[r,c] · (dy[r,c] − Σ over k of y[r,k]·dy[r,k])
 * </pre>
 *
 * Subtracting the maximum changes nothing in the quotient and keeps exp from overflowing.
 */
final class Softmax {
    private Softmax() {}

    static void forward(int rows, int cols, double[] x, double[] y) {
        for (int r = 0; r < rows; r++) {
            double max = maximum(cols, x, r * cols);
            double sum = sumOfExp(cols, x, r * cols, max);
            for (int c = 0; c < cols; c++) {
                y[r * cols + c] = Math.exp(x[r * cols + c] - max) / sum;
            }
        }
    }

    static void backward(int rows, int cols, double[] y, double[] dy, double[] dx) {
        for (int r = 0; r < rows; r++) {
            double dot = 0;
            for (int k = 0; k < cols; k++) {
                dot += y[r * cols + k] * dy[r * cols + k];
            }
            for (int c = 0; c < cols; c++) {
                dx[r * cols + c] = y[r * cols + c] * (dy[r * cols + c] - dot);
            }
        }
    }

    /** Returns the largest of the {@code cols} values from {@code start}; NaN if one of them is. */
    static double maximum(int cols, double[] x, int start) {
        double max = x[start];
        for (int c = 1; c < cols; c++) {
            max = Math.max(max, x[start + c]);
        }
        return max;
    }

    /** Returns {@code Σ exp(x − max)} over the {@code cols} values from {@code start}. */
    static double sumOfExp(int cols, double[] x, int start, double max) {
        double sum = 0;
        for (int c = 0; c < cols; c++) {
            sum += Math.exp(x[start + c] - max);
        }
        return sum;
    }
}
