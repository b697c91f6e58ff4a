package io.gabor.train;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations (Golub and Van Loan, Matrix Computations, 8.5):
 * each sweep turns every pair of axes so that the element between them becomes 0, until all are next to nothing. For the small
 * matrices here that is quick, and as exact as double allows.
 *
 * @param values the largest first
 * @param vectors in the same order, of length 1; the largest component of each by size is positive
 */
record Eigenvectors(double[] values, double[][] vectors) {
    private static final int SWEEPS = 100;

    /** Returns those of a symmetric matrix, which stays as it is. */
    static Eigenvectors of(double[][] matrix) {
        int size = matrix.length;
        double[][] a = new double[size][];
        double[][] v = new double[size][size];
        for (int i = 0; i < size; i++) {
            a[i] = matrix[i].clone();
            v[i][i] = 1;
        }
        for (int sweep = 0; sweep < SWEEPS && offDiagonal(a) > 0; sweep++) {
            for (int p = 0; p < size - 1; p++) {
                for (int q = p + 1; q < size; q++) {
                    rotate(a, v, p, q);
                }
            }
        }
        int[] order = IntStream.range(0, size)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> a[i][i]).reversed())
                .mapToInt(Integer::intValue)
                .toArray();
        double[] values = new double[size];
        double[][] vectors = new double[size][size];
        for (int i = 0; i < size; i++) {
            values[i] = a[order[i]][order[i]];
            for (int k = 0; k < size; k++) {
                vectors[i][k] = v[k][order[i]];
            }
            turnPositive(vectors[i]);
        }
        return new Eigenvectors(values, vectors);
    }

    /** Returns the sum of the squares of the elements above the diagonal that are not lost in rounding beside it. */
    private static double offDiagonal(double[][] a) {
        double sum = 0;
        for (int p = 0; p < a.length; p++) {
            for (int q = p + 1; q < a.length; q++) {
                sum += isNothing(a, p, q) ? 0 : a[p][q] * a[p][q];
            }
        }
        return sum;
    }

    private static boolean isNothing(double[][] a, int p, int q) {
        return Math.abs(a[p][q]) <= 0x1p-53 * Math.sqrt(Math.abs(a[p][p] * a[q][q])) || Math.abs(a[p][q]) < 1e-300;
    }

    /** Turns the axes p and q so that a[p][q] becomes 0: {@code a ← jᵀ·a·j}, {@code v ← v·j}. */
    private static void rotate(double[][] a, double[][] v, int p, int q) {
        if (isNothing(a, p, q)) {
            return;
        }
        double tau = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        double t = Math.copySign(1, tau) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
        double c = 1 / Math.sqrt(1 + t * t);
        double s = t * c;
        for (int k = 0; k < a.length; k++) {
            double akp = a[k][p];
            double akq = a[k][q];
            a[k][p] = c * akp - s * akq;
            a[k][q] = s * akp + c * akq;
        }
        for (int k = 0; k < a.length; k++) {
            double apk = a[p][k];
            double aqk = a[q][k];
            a[p][k] = c * apk - s * aqk;
            a[q][k] = s * apk + c * aqk;
            double vkp = v[k][p];
            double vkq = v[k][q];
            v[k][p] = c * vkp - s * vkq;
            v[k][q] = s * vkp + c * vkq;
        }
        a[p][q] = 0;
        a[q][p] = 0;
    }

    private static void turnPositive(double[] vector) {
        int largest = 0;
        for (int k = 1; k < vector.length; k++) {
            if (Math.abs(vector[k]) > Math.abs(vector[largest])) {
                largest = k;
            }
        }
        if (vector[largest] < 0) {
            for (int k = 0; k < vector.length; k++) {
                vector[k] = -vector[k];
            }
        }
    }
}
