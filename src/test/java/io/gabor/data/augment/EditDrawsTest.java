package io.gabor.data.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.tensor.ElementType;
import io.gabor.tensor.ImageEdit;
import io.gabor.tensor.Shape;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EditDrawsTest {
    private static final Shape IMAGE = Shape.of(1, 20, 30);
    private static final int SAMPLES = 2000;
    private static final int[] ORDER = IntStream.range(0, SAMPLES).toArray();

    private static int[] draw(Augmentation augmentation) {
        return new EditDraws(augmentation, IMAGE, ElementType.U8, SAMPLES, 5).draw(ORDER, 0, SAMPLES);
    }

    private static int[] row(int[] rows, int i) {
        return Arrays.copyOfRange(rows, i * ImageEdit.WIDTH, (i + 1) * ImageEdit.WIDTH);
    }

    /** Returns what is at one place of all rows. */
    private static int[] column(int[] rows, int what) {
        return IntStream.range(0, SAMPLES)
                .map(i -> rows[i * ImageEdit.WIDTH + what])
                .toArray();
    }

    private static void assertRange(double least, double most, int[] column, double tolerance) {
        double from = Arrays.stream(column).min().orElseThrow() / (double) ImageEdit.ONE;
        double to = Arrays.stream(column).max().orElseThrow() / (double) ImageEdit.ONE;
        assertTrue(from >= least - 1e-4 && from < least + tolerance, least + ", found " + from);
        assertTrue(to <= most + 1e-4 && to > most - tolerance, most + ", found " + to);
    }

    @Test
    void noneLeavesImagesAsTheyAre() {
        int[] expected = new int[ImageEdit.WIDTH];
        ImageEdit.clear(expected, 0, 7, ImageEdit.WIDTH);
        assertArrayEquals(expected, row(draw(Augmentation.none()), 7));
    }

    @Test
    void aSampleIsDrawnAlikeWhereverItStandsAndDifferentlyInEveryEpoch() {
        Augmentation all =
                Augmentation.none().shift(3).rotate(20).flip().cutout(5).contrast(0.5);
        EditDraws draws = new EditDraws(all, IMAGE, ElementType.U8, 4, 9);
        draws.start(3);
        int[] here = row(draws.draw(new int[] {11, 12, 13, 14}, 0, 4), 2);
        int[] there = row(draws.draw(new int[] {1, 13}, 1, 1), 0);
        here[ImageEdit.PARTNER] = 0;
        assertArrayEquals(here, there);
        draws.start(4);
        assertFalse(Arrays.equals(here, row(draws.draw(new int[] {13}, 0, 1), 0)));
        EditDraws other = new EditDraws(all, IMAGE, ElementType.U8, 4, 10);
        other.start(3);
        assertFalse(Arrays.equals(here, row(other.draw(new int[] {13}, 0, 1), 0)), "another seed");
    }

    @Test
    void whatIsAddedLeavesTheOtherDraws() {
        int[] alone = column(draw(Augmentation.none().shift(3)), ImageEdit.MAP + 5);
        int[] both = column(draw(Augmentation.none().shift(3).cutout(5).brightness(0.1)), ImageEdit.MAP + 5);
        assertArrayEquals(alone, both);
    }

    @Test
    void shiftAndCropAreWholePixels() {
        int[] rows = draw(Augmentation.none().shift(2));
        assertRange(-2, 2, column(rows, ImageEdit.MAP + 2), 0.01);
        assertRange(-2, 2, column(rows, ImageEdit.MAP + 5), 0.01);
        int[] crop = draw(Augmentation.none().shift(1).crop(4));
        assertRange(-5, 5, column(crop, ImageEdit.MAP + 5), 0.01);
        for (int place : column(crop, ImageEdit.MAP + 5)) {
            assertEquals(0, place % ImageEdit.ONE);
        }
        assertEquals(ImageEdit.REFLECT, crop[ImageEdit.PADDING]);
        assertEquals(ImageEdit.ZERO, rows[ImageEdit.PADDING]);
    }

    @Test
    void flipMirrorsEverySecondImageExactly() {
        int[] rows = draw(Augmentation.none().flip());
        int mirrored = 0;
        for (int i = 0; i < SAMPLES; i++) {
            int[] map = Arrays.copyOf(row(rows, i), 6);
            boolean changed = map[0] < 0;
            mirrored += changed ? 1 : 0;
            int sign = changed ? -ImageEdit.ONE : ImageEdit.ONE;
            assertArrayEquals(new int[] {sign, 0, changed ? 29 * ImageEdit.ONE : 0, 0, ImageEdit.ONE, 0}, map);
        }
        assertEquals(SAMPLES / 2.0, mirrored, 4 * Math.sqrt(SAMPLES) / 2);
    }

    /** A turn keeps lengths and the centre, and is by at most the angle. */
    @Test
    void rotateTurnsAboutTheCentre() {
        int[] rows = draw(Augmentation.none().rotate(30));
        for (int i = 0; i < SAMPLES; i++) {
            double[] map = Arrays.stream(row(rows, i))
                    .mapToDouble(v -> v / (double) ImageEdit.ONE)
                    .toArray();
            assertEquals(1, map[0] * map[4] - map[1] * map[3], 1e-4);
            assertEquals(map[0], map[4], 1e-4);
            assertEquals(14.5, map[0] * 14.5 + map[1] * 9.5 + map[2], 1e-4);
            assertEquals(9.5, map[3] * 14.5 + map[4] * 9.5 + map[5], 1e-4);
        }
        assertRange(-0.5, 0.5, column(rows, ImageEdit.MAP + 1), 0.01);
    }

    @Test
    void scaleAndShear() {
        int[] scaled = draw(Augmentation.none().scale(0.25));
        assertRange(0.8, 1.25, column(scaled, ImageEdit.MAP), 0.01);
        assertArrayEquals(column(scaled, ImageEdit.MAP), column(scaled, ImageEdit.MAP + 4));
        int[] sheared = draw(Augmentation.none().shear(45));
        assertRange(-1, 1, column(sheared, ImageEdit.MAP + 1), 0.02);
        assertRange(1, 1, column(sheared, ImageEdit.MAP), 1e-4);
        assertRange(0, 0, column(sheared, ImageEdit.MAP + 3), 1e-4);
    }

    /** Of a turn by a and a slant s: the inverse of (cos −sin; sin cos)·(1 s; 0 1) is (1 −s; 0 1)·(cos sin; −sin cos). */
    @Test
    void slantsBeforeItTurns() {
        int[] turned = row(draw(Augmentation.none().rotate(40)), 3);
        int[] slanted = row(draw(Augmentation.none().shear(30)), 3);
        int[] both = row(draw(Augmentation.none().rotate(40).shear(30)), 3);
        double s = -slanted[1] / (double) ImageEdit.ONE;
        assertEquals(turned[0] - s * turned[3], both[0], 3);
        assertEquals(turned[1] - s * turned[4], both[1], 3);
        assertEquals(turned[3], both[3]);
        assertEquals(turned[4], both[4]);
    }

    @Test
    void cutoutIsASquareThatTheBorderMayCut() {
        int[] rows = draw(Augmentation.none().cutout(6));
        int whole = 0;
        for (int i = 0; i < SAMPLES; i++) {
            int[] cut = Arrays.copyOfRange(row(rows, i), ImageEdit.CUT, ImageEdit.CUT + 4);
            assertTrue(cut[0] >= 0 && cut[1] >= 0 && cut[2] <= 30 && cut[3] <= 20, Arrays.toString(cut));
            assertTrue(cut[2] - cut[0] >= 3 && cut[3] - cut[1] >= 3, Arrays.toString(cut));
            whole += cut[2] - cut[0] == 6 && cut[3] - cut[1] == 6 ? 1 : 0;
        }
        // 25 of 30 centres, 15 of 20
        assertEquals(SAMPLES * 25 / 30.0 * 15 / 20, whole, 100);
    }

    @Test
    void contrastIsAboutTheMiddle() {
        int[] rows = draw(Augmentation.none().contrast(0.4));
        assertRange(0.6, 1.4, column(rows, ImageEdit.GAIN), 0.01);
        for (int i = 0; i < SAMPLES; i++) {
            int[] row = row(rows, i);
            assertEquals(127.5 * ImageEdit.ONE, 127.5 * row[ImageEdit.GAIN] + row[ImageEdit.GAIN + 1], 256);
        }
        assertRange(-51, 51, column(draw(Augmentation.none().brightness(0.2)), ImageEdit.GAIN + 1), 1);
    }

    /** The field at random places has the strength that was asked for. */
    @Test
    void elasticDisplacementIsARootMeanSquare() {
        EditDraws draws =
                new EditDraws(Augmentation.none().elastic(1.5), Shape.of(1, 32, 32), ElementType.U8, SAMPLES, 1);
        int[] rows = draws.draw(ORDER, 0, SAMPLES);
        double sum = 0;
        int count = 0;
        for (int i = 0; i < SAMPLES; i++) {
            for (int place = 0; place < 32; place++) {
                long[] columns = new long[3];
                int step = ImageEdit.step(place, 32);
                for (int k = 0; k < 3; k++) {
                    int at = i * ImageEdit.ELASTIC_WIDTH + ImageEdit.FIELD + step / 256 * 7 + k;
                    columns[k] = ImageEdit.spline(step % 256, rows[at], rows[at + 6], rows[at + 12]);
                }
                double moved =
                        ImageEdit.spline(step % 256, columns[0], columns[1], columns[2]) / (double) ImageEdit.ONE;
                sum += moved * moved;
                count++;
            }
        }
        // along the diagonal the places within their spans are the same on both axes, where squares of weights
        // correlate
        assertEquals(1.5, Math.sqrt(sum / count), 0.06);
    }

    @Test
    void mixingPairsImagesOfTheBatch() {
        int[] rows = draw(Augmentation.none().mixup(0.4));
        int[] shares = column(rows, ImageEdit.SHARE);
        assertArrayEquals(shares, column(rows, ImageEdit.BLEND));
        double mean = Arrays.stream(shares).average().orElseThrow() / ImageEdit.ONE;
        assertEquals(0.5, mean, 0.04, "Beta(a, a) is symmetric");
        double variance = Arrays.stream(shares)
                .mapToDouble(s -> Math.pow(s / (double) ImageEdit.ONE - mean, 2))
                .average()
                .orElseThrow();
        assertEquals(1 / (4 * (2 * 0.4 + 1)), variance, 0.006);

        int[] cut = draw(Augmentation.none().cutmix(1));
        for (int i = 0; i < SAMPLES; i++) {
            int[] row = row(cut, i);
            int at = ImageEdit.BOX;
            double covered = (row[at + 2] - row[at]) * (row[at + 3] - row[at + 1]) / 600.0;
            assertEquals(1 - covered, row[ImageEdit.SHARE] / (double) ImageEdit.ONE, 1e-4);
            assertEquals(ImageEdit.ONE, row[ImageEdit.BLEND]);
        }
        int[] both = draw(Augmentation.none().cutmix(1).mixup(1));
        long blended = Arrays.stream(column(both, ImageEdit.BLEND))
                .filter(b -> b < ImageEdit.ONE)
                .count();
        assertEquals(SAMPLES / 2.0, blended, 100);
    }

    @Test
    void onlyImagesCanBeChanged() {
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> new EditDraws(Augmentation.none().flip(), Shape.of(2), ElementType.F32, 4, 1))
                .getMessage();
        assertTrue(message.contains("images (C×H×W)"), message);
    }
}
