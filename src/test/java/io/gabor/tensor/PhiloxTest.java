package io.gabor.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PhiloxTest {
    private static void known(long seed, long stream, long position, int... expected) {
        int[] words = new int[4];
        Philox.block(seed, stream, position, words);
        assertArrayEquals(expected, words);
    }

    /**
     * The authors' known answers for Philox 4×32-10 (Random123's kat_vectors). The counter's words 0 and 1 are the
     * position, 2 and 3 the stream; the key is the seed; the lower word first.
     */
    @Test
    void knownAnswers() {
        known(0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        known(-1, -1, -1, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        known(
                0x299f31d0_a4093822L,
                0x03707344_13198a2eL,
                0x85a308d3_243f6a88L,
                0xd16cfe09,
                0x94fdcceb,
                0x5001e420,
                0x24126ea1);
    }

    @Test
    void walksThePositionsInOrder() {
        Philox random = new Philox(7, 9);
        int[] words = new int[4];
        for (int position = 0; position < 3; position++) {
            Philox.block(7, 9, position, words);
            for (int word : words) {
                assertEquals(word, random.nextInt());
            }
        }
        assertNotEquals(new Philox(7, 9).nextInt(), new Philox(7, 10).nextInt());
        assertNotEquals(new Philox(7, 9).nextInt(), new Philox(8, 9).nextInt());
    }

    /** Each of seven values within five standard deviations of a seventh of the draws. */
    @Test
    void boundedIntegersAreUniform() {
        Philox random = new Philox(1, 2);
        int draws = 70_000;
        int[] counts = new int[7];
        for (int i = 0; i < draws; i++) {
            counts[random.nextInt(7)]++;
        }
        double deviation = Math.sqrt(draws * (1 / 7.0) * (6 / 7.0));
        for (int count : counts) {
            assertEquals(draws / 7.0, count, 5 * deviation);
        }
        assertEquals(0, random.nextInt(1));
        assertTrue(random.nextInt(Integer.MAX_VALUE) >= 0);
        assertThrows(IllegalArgumentException.class, () -> random.nextInt(0));
    }

    @Test
    void doublesAndNormalsHaveTheirMoments() {
        Philox random = new Philox(3, 4);
        int draws = 100_000;
        double uniform = 0;
        double normal = 0;
        double squares = 0;
        for (int i = 0; i < draws; i++) {
            double u = random.nextDouble();
            assertTrue(u >= 0 && u < 1, "found " + u);
            uniform += u;
            double z = random.nextGaussian();
            normal += z;
            squares += z * z;
        }
        assertEquals(0.5, uniform / draws, 5 * Math.sqrt(1 / 12.0 / draws));
        assertEquals(0, normal / draws, 5 / Math.sqrt(draws));
        assertEquals(1, squares / draws, 5 * Math.sqrt(2.0 / draws));
    }

    @Test
    void shufflesAPermutation() {
        int[] values = IntStream.range(0, 100).toArray();
        new Philox(5, 6).shuffle(values);
        assertNotEquals(0, IntStream.range(0, 100).filter(i -> values[i] != i).count());
        assertArrayEquals(
                IntStream.range(0, 100).toArray(), IntStream.of(values).sorted().toArray());
        int[] again = IntStream.range(0, 100).toArray();
        new Philox(5, 6).shuffle(again);
        assertArrayEquals(values, again);
    }
}
