package io.gabor.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A split takes the same share of each class, keeps the order, and depends on the seed alone. */
final class ValidationSplitTest {
    /** Sample i is the pair (i, -i); its class is 0 for two of three, else 1. */
    private static Dataset floats(int count) {
        float[] values = new float[2 * count];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            values[2 * i] = i;
            values[2 * i + 1] = -i;
            labels[i] = i % 3 == 2 ? 1 : 0;
        }
        return Dataset.ofFloats("floats", Shape.of(2), values, labels, List.of("a", "b"));
    }

    private static int[] numbers(Dataset part) {
        return IntStream.range(0, part.size())
                .map(i -> (int) part.floats()[2 * i])
                .toArray();
    }

    @Test
    void eachClassGivesItsShareAndTheOrderStays() {
        Dataset data = floats(60);
        ValidationSplit split = ValidationSplit.of(data, 0.2, 1);
        assertEquals(12, split.validation().size());
        assertEquals(48, split.training().size());
        assertEquals(
                8,
                Arrays.stream(split.validation().labels()).filter(c -> c == 0).count());
        int[] kept = numbers(split.training());
        int[] aside = numbers(split.validation());
        for (Dataset part : List.of(split.training(), split.validation())) {
            int[] numbers = numbers(part);
            for (int i = 0; i < numbers.length; i++) {
                assertTrue(i == 0 || numbers[i] > numbers[i - 1], Arrays.toString(numbers));
                assertEquals(-numbers[i], part.floats()[2 * i + 1]);
                assertEquals(numbers[i] % 3 == 2 ? 1 : 0, part.labels()[i]);
            }
            assertEquals(data.classNames(), part.classNames());
        }
        assertArrayEquals(
                IntStream.range(0, 60).toArray(),
                IntStream.concat(Arrays.stream(kept), Arrays.stream(aside))
                        .sorted()
                        .toArray());
        assertFalse(Arrays.equals(aside, IntStream.range(0, 12).toArray()), "drawn, not the first ones");
    }

    @Test
    void theSeedDecides() {
        int[] one = numbers(ValidationSplit.of(floats(60), 0.2, 1).validation());
        assertArrayEquals(one, numbers(ValidationSplit.of(floats(60), 0.2, 1).validation()));
        assertFalse(Arrays.equals(
                one, numbers(ValidationSplit.of(floats(60), 0.2, 2).validation())));
    }

    @Test
    void bytesAndTargetsAreSplitAsWell() {
        byte[] bytes = new byte[40];
        int[] labels = new int[40];
        for (int i = 0; i < 40; i++) {
            bytes[i] = (byte) i;
            labels[i] = i % 4;
        }
        ValidationSplit images = ValidationSplit.of(
                Dataset.ofBytes("bytes", Shape.of(1), bytes, labels, List.of("a", "b", "c", "d")), 0.5, 3);
        for (int i = 0; i < 20; i++) {
            assertEquals(images.validation().bytes()[i] % 4, images.validation().labels()[i]);
        }
        float[] x = {1, 2, 3, 4};
        float[] t = {10, 20, 30, 40};
        ValidationSplit pairs =
                ValidationSplit.of(Dataset.regression("pairs", Shape.of(1), x, Shape.of(1), t), 0.25, 3);
        assertEquals(3, pairs.training().size());
        assertEquals(10 * pairs.validation().floats()[0], pairs.validation().targets()[0]);
    }

    @Test
    void aPartWithoutSamplesAndAShareOutOfRangeAreRefused() {
        assertTrue(assertThrows(DataException.class, () -> ValidationSplit.of(floats(4), 0.1, 1))
                .getMessage()
                .contains("leaves one part without any"));
        assertThrows(DataException.class, () -> ValidationSplit.of(floats(4), 0.99, 1));
        for (double wrong : new double[] {0, 1, -1, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> ValidationSplit.of(floats(4), wrong, 1));
        }
    }
}
