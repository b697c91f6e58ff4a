package io.gabor.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class DatasetTest {
    private static final Shape PAIR = Shape.of(2);
    private static final List<String> NAMES = List.of("a", "b", "c");

    private static Dataset five() {
        return Dataset.ofBytes(
                "five", PAIR, new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, new int[] {2, 0, 2, 1, 0}, NAMES);
    }

    @Test
    void keepsWhatItIsGiven() {
        byte[] bytes = {1, 2, 3, 4};
        int[] labels = {0, 2};
        Dataset set = Dataset.ofBytes("x", PAIR, bytes, labels, NAMES);
        assertSame(bytes, set.bytes());
        assertSame(labels, set.labels());
        assertEquals(2, set.size());
        assertEquals(3, set.classes());
        assertEquals(ElementType.U8, set.type());
        assertNull(set.targets());
        assertThrows(IllegalStateException.class, set::floats);
    }

    @Test
    void firstKeepsTheFirst() {
        Dataset two = five().first(2);
        assertArrayEquals(new byte[] {0, 1, 2, 3}, two.bytes());
        assertArrayEquals(new int[] {2, 0}, two.labels());
        Dataset all = five();
        assertSame(all, all.first(5));
        assertSame(all, all.first(6));
        assertThrows(IllegalArgumentException.class, () -> all.first(0));
    }

    @Test
    void firstOfEachKeepsTheOrderAndNumbersByTheList() {
        Dataset picked = five().firstOfEach(2, 2, 0);
        assertArrayEquals(new byte[] {0, 1, 2, 3, 4, 5, 8, 9}, picked.bytes());
        assertArrayEquals(new int[] {0, 1, 0, 1}, picked.labels());
        assertEquals(List.of("c", "a"), picked.classNames());
        Dataset one = five().firstOfEach(1, 0, 1);
        assertArrayEquals(new byte[] {2, 3, 6, 7}, one.bytes());
        assertArrayEquals(new int[] {0, 1}, one.labels());
    }

    @Test
    void firstOfEachTakesWhatThereIs() {
        assertArrayEquals(new int[] {1, 0, 1}, five().firstOfEach(100, 1, 0).labels());
        DataException none =
                assertThrows(DataException.class, () -> five().first(3).firstOfEach(2, 0, 1));
        assertTrue(none.getMessage().contains("class 'b', found none among 3"), none.getMessage());
        assertThrows(DataException.class, () -> five().firstOfEach(1, 3));
        assertThrows(IllegalArgumentException.class, () -> five().firstOfEach(1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> five().firstOfEach(0, 0));
    }

    @Test
    void floatsAndTargets() {
        Dataset xor = Dataset.regression(
                "xor", PAIR, new float[] {0, 0, 0, 1, 1, 0, 1, 1}, Shape.of(1), new float[] {0, 1, 1, 0});
        assertEquals(4, xor.size());
        assertEquals(ElementType.F32, xor.type());
        assertEquals(0, xor.classes());
        assertNull(xor.labels());
        assertArrayEquals(new float[] {0, 1}, xor.first(2).targets());
        assertThrows(IllegalStateException.class, xor::bytes);
        assertThrows(IllegalStateException.class, () -> xor.firstOfEach(1, 0));
        Dataset classes = Dataset.ofFloats("f", PAIR, new float[] {1, 2, 3, 4}, new int[] {1, 0}, NAMES);
        assertArrayEquals(new float[] {3, 4}, classes.firstOfEach(1, 0).floats());
    }

    @Test
    void refusesWhatDoesNotFit() {
        message("5 values", () -> Dataset.ofBytes("x", PAIR, new byte[5], new int[2], NAMES));
        message("0 values", () -> Dataset.ofBytes("x", PAIR, new byte[0], new int[0], NAMES));
        message("found 3 labels", () -> Dataset.ofBytes("x", PAIR, new byte[4], new int[3], NAMES));
        message("sample 1 must be in 0 to 2", () -> Dataset.ofBytes("x", PAIR, new byte[4], new int[] {0, 3}, NAMES));
        message("found -1", () -> Dataset.ofBytes("x", PAIR, new byte[4], new int[] {0, -1}, NAMES));
        message("at least one class", () -> Dataset.ofBytes("x", PAIR, new byte[4], new int[2], List.of()));
        message(
                "expected 2 targets of 3",
                () -> Dataset.regression("x", PAIR, new float[4], Shape.of(3), new float[5]));
    }

    private static void message(String part, Runnable action) {
        DataException e = assertThrows(DataException.class, action::run);
        assertTrue(e.getMessage().contains(part), e.getMessage());
        assertTrue(e.getMessage().startsWith("x: "), e.getMessage());
    }
}
