package io.gabor.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class NormalizationTest {
    private static final Normalization COLOURS =
            new Normalization(new float[] {1, 2, 6}, new float[] {-0.5f, -1, -4.5f});

    @Test
    void ofOtherChannelsTheMeanServes() {
        assertEquals(Normalization.of(3, -2), COLOURS.fitting(1));
        assertEquals(Normalization.of(3, -2), COLOURS.fitting(4));
        assertSame(COLOURS, COLOURS.fitting(3));
        assertSame(Normalization.UNIT, Normalization.UNIT.fitting(3));
    }

    @Test
    void aSinglePairServesAllChannels() {
        assertArrayEquals(
                new float[] {3, 3}, Normalization.of(3, -2).forChannels(2).scale());
        assertArrayEquals(
                new float[] {-2, -2}, Normalization.of(3, -2).forChannels(2).shift());
        assertEquals(
                "the normalisation is for 3 channels, the samples have 2",
                assertThrows(IllegalArgumentException.class, () -> COLOURS.forChannels(2))
                        .getMessage());
    }

    @Test
    void standardMakesTheMeanZeroAndTheDeviationOne() {
        Normalization two = Normalization.standard(new double[] {0.2, 0.4}, new double[] {0.5, 0.25});
        assertEquals(0, 0.2 * 255 * two.scale()[0] + two.shift()[0], 1e-6);
        assertEquals(1, (0.4 + 0.25) * 255 * two.scale()[1] + two.shift()[1], 1e-6);
    }
}
