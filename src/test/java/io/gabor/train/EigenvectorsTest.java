package io.gabor.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.tensor.Philox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Eigenvalues and eigenvectors are what their definition says. */
final class EigenvectorsTest {
    @Test
    void ofATwoByTwoMatrixByHand() {
        Eigenvectors eigen = Eigenvectors.of(new double[][] {{2, 1}, {1, 2}});
        assertArrayEquals(new double[] {3, 1}, eigen.values(), 1e-15);
        double half = Math.sqrt(0.5);
        assertArrayEquals(new double[] {half, half}, eigen.vectors()[0], 1e-15);
        assertEquals(half, Math.abs(eigen.vectors()[1][0]), 1e-15);
        assertEquals(-0.5, eigen.vectors()[1][0] * eigen.vectors()[1][1], 1e-15);
    }

    @Test
    void ofADiagonalMatrixAreItsElementsTheLargestFirst() {
        Eigenvectors eigen = Eigenvectors.of(new double[][] {{-1, 0, 0}, {0, 5, 0}, {0, 0, 0}});
        assertArrayEquals(new double[] {5, 0, -1}, eigen.values());
        assertArrayEquals(new double[] {0, 1, 0}, eigen.vectors()[0]);
        assertArrayEquals(new double[] {0, 0, 1}, eigen.vectors()[1]);
        assertArrayEquals(new double[] {1, 0, 0}, eigen.vectors()[2]);
    }

    @ParameterizedTest(name = "{0}×{0} of rank {1}")
    @CsvSource({"1, 1", "2, 2", "5, 5", "12, 12", "12, 3", "12, 0", "27, 27"})
    void satisfyTheirDefinition(int size, int rank) {
        double[][] matrix = ofRank(size, rank, 11);
        double[][] before = copy(matrix);
        Eigenvectors eigen = Eigenvectors.of(matrix);
        assertArrayEquals(before, matrix);
        double tolerance = 1e-13 * Math.max(1, Math.abs(eigen.values()[0]));
        for (int i = 0; i < size; i++) {
            double[] vector = eigen.vectors()[i];
            double[] image = times(matrix, vector);
            for (int k = 0; k < size; k++) {
                assertEquals(eigen.values()[i] * vector[k], image[k], tolerance);
            }
            for (int j = 0; j < size; j++) {
                assertEquals(i == j ? 1 : 0, dot(vector, eigen.vectors()[j]), 1e-13);
            }
            assertTrue(i == 0 || eigen.values()[i] <= eigen.values()[i - 1]);
            assertEquals(i < rank, eigen.values()[i] > tolerance, "value " + i + ": " + eigen.values()[i]);
            assertTrue(largest(vector) > 0);
        }
    }

    private static double[][] ofRank(int size, int rank, long seed) {
        Philox random = new Philox(seed, size);
        double[][] matrix = new double[size][size];
        for (int r = 0; r < rank; r++) {
            double[] vector = new double[size];
            for (int i = 0; i < size; i++) {
                vector[i] = random.nextGaussian();
            }
            for (int i = 0; i < size; i++) {
                for (int j = 0; j < size; j++) {
                    matrix[i][j] += vector[i] * vector[j];
                }
            }
        }
        return matrix;
    }

    private static double[][] copy(double[][] matrix) {
        double[][] copy = new double[matrix.length][];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = matrix[i].clone();
        }
        return copy;
    }

    private static double[] times(double[][] matrix, double[] vector) {
        double[] product = new double[vector.length];
        for (int i = 0; i < product.length; i++) {
            product[i] = dot(matrix[i], vector);
        }
        return product;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double largest(double[] vector) {
        double largest = 0;
        for (double value : vector) {
            largest = Math.abs(value) > Math.abs(largest) ? value : largest;
        }
        return largest;
    }
}
