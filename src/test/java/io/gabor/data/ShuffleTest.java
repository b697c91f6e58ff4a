package io.gabor.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShuffleTest {
    @Test
    void isAPermutation() {
        for (int size : new int[] {1, 2, 3, 100, 1001}) {
            int[] order = Shuffle.order(size, 5, 0);
            Arrays.sort(order);
            assertArrayEquals(IntStream.range(0, size).toArray(), order);
        }
    }

    @Test
    void dependsOnSeedAndEpochAlone() {
        int[] order = Shuffle.order(1000, 7, 3);
        assertArrayEquals(order, Shuffle.order(1000, 7, 3));
        assertFalse(Arrays.equals(order, Shuffle.order(1000, 7, 4)));
        assertFalse(Arrays.equals(order, Shuffle.order(1000, 8, 3)));
    }

    @Test
    void everySampleIsFirstEquallyOften() {
        int[] count = new int[10];
        for (int epoch = 0; epoch < 10_000; epoch++) {
            count[Shuffle.order(10, 1, epoch)[0]]++;
        }
        for (int n : count) {
            // five standard deviations of a binomial with n = 10,000 and p = 0.1
            assertEquals(1000, n, 150);
        }
    }

    @Test
    void refusesNothingToOrder() {
        assertThrows(IllegalArgumentException.class, () -> Shuffle.order(0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> Shuffle.order(5, 1, -1));
        assertTrue(Shuffle.order(1, 1, 0).length == 1);
    }
}
