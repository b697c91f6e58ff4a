package io.gabor.data.digits;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class DigitsTest {
    private static final int N = 3000;
    private static final int IMAGE = 28 * 28;

    private static byte[] draw(long seed, int set, int count, int[] labels) {
        byte[] pixels = new byte[count * IMAGE];
        Digits.draw(seed, set, pixels, labels);
        return pixels;
    }

    @Test
    void theSameSeedGivesTheSameImagesWhateverTheirNumberAndTheThreads() throws Exception {
        int[] labels = new int[N];
        byte[] pixels = draw(1, 0, N, labels);
        int[] few = new int[100];
        assertArrayEquals(Arrays.copyOf(pixels, 100 * IMAGE), draw(1, 0, 100, few));
        assertArrayEquals(Arrays.copyOf(labels, 100), few);
        for (int threads : new int[] {1, 5}) {
            ForkJoinPool pool = new ForkJoinPool(threads);
            int[] again = new int[N];
            assertArrayEquals(pixels, pool.submit(() -> draw(1, 0, N, again)).get());
            assertArrayEquals(labels, again);
            pool.shutdown();
        }
    }

    /** The bits are the same on every machine; a change to the drawing changes what people trained on, so say so. */
    @Test
    void theImagesAreTheOnesThatWereReleased() {
        int[] labels = new int[N];
        CRC32 crc = new CRC32();
        crc.update(draw(1, 0, N, labels));
        assertEquals(
                449502561L, crc.getValue(), "if the drawing was changed on purpose, measure it again (docs/data.md)");
    }

    @Test
    void seedsAndSetsShareNoImage() {
        int[] labels = new int[1000];
        Set<String> seen = new HashSet<>();
        for (long seed = 1; seed <= 2; seed++) {
            for (int set = 0; set < 2; set++) {
                byte[] pixels = draw(seed, set, 1000, labels);
                for (int i = 0; i < 1000; i++) {
                    seen.add(Arrays.toString(Arrays.copyOfRange(pixels, i * IMAGE, (i + 1) * IMAGE)));
                }
            }
        }
        assertEquals(4000, seen.size());
    }

    @Test
    void everyDigitIsAboutAsFrequent() {
        int[] labels = new int[N];
        draw(1, 0, N, labels);
        int[] count = new int[10];
        for (int label : labels) {
            count[label]++;
        }
        for (int n : count) {
            // five standard deviations of a binomial with n = 3000 and p = 0.1
            assertEquals(300, n, 82);
        }
    }

    @Test
    void imagesAreFramedLikeMnist() {
        int[] labels = new int[N];
        byte[] pixels = draw(1, 0, N, labels);
        for (int i = 0; i < N; i++) {
            int top = 28;
            int bottom = -1;
            int left = 28;
            int right = -1;
            int max = 0;
            double mass = 0;
            double momentX = 0;
            double momentY = 0;
            for (int k = 0; k < IMAGE; k++) {
                int value = pixels[i * IMAGE + k] & 0xFF;
                int row = k / 28;
                int column = k % 28;
                if (value > 0) {
                    top = Math.min(top, row);
                    bottom = Math.max(bottom, row);
                    left = Math.min(left, column);
                    right = Math.max(right, column);
                }
                max = Math.max(max, value);
                mass += value;
                momentX += (double) value * column;
                momentY += (double) value * row;
            }
            int extent = Math.max(bottom - top, right - left) + 1;
            String which = "image " + i + ", a " + labels[i];
            assertTrue(extent >= 19 && extent <= 20, which + " has an extent of " + extent);
            assertTrue(max > 150, which + " has ink of at most " + max);
            // to the nearest pixel, except where the box would leave the frame
            boolean held = top == 0 || left == 0 || bottom == 27 || right == 27;
            assertEquals(14, momentX / mass, held ? 3 : 0.51, which);
            assertEquals(14, momentY / mass, held ? 3 : 0.51, which);
        }
    }

    @Test
    void refusesRoomThatDoesNotFit() {
        assertThrows(IllegalArgumentException.class, () -> Digits.draw(1, 0, new byte[10], new int[1]));
        assertFalse(Arrays.equals(draw(1, 0, 1, new int[1]), new byte[IMAGE]));
    }
}
