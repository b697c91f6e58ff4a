package io.gabor.data.augment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class AugmentationTest {
    private static final Augmentation ALL = Augmentation.none()
            .shift(2)
            .rotate(10.5)
            .scale(0.1)
            .shear(5)
            .elastic(1.5)
            .flip()
            .crop(4)
            .cutout(8)
            .brightness(0.2)
            .contrast(0.3)
            .mixup(0.2)
            .cutmix(1);

    @Test
    void isWrittenAndReadBack() {
        assertEquals(12, ALL.write().size());
        assertEquals(ALL, Augmentation.read(ALL.write()));
        assertEquals(Map.of(), Augmentation.none().write());
        assertTrue(Augmentation.read(Map.of()).isNone());
        assertEquals(ALL.hashCode(), Augmentation.read(ALL.write()).hashCode());
    }

    @Test
    void saysWhatItDoes() {
        assertEquals("none", Augmentation.none().toString());
        assertEquals(
                "shift 2, rotate 10.5, flip 1",
                Augmentation.none().flip().rotate(10.5).shift(2).toString());
    }

    @Test
    void isImmutable() {
        Augmentation none = Augmentation.none();
        assertFalse(none.shift(1).isNone());
        assertTrue(none.isNone());
        assertTrue(none.shift(1).shift(0).isNone());
        assertTrue(ALL.mixes());
        assertFalse(none.flip().mixes());
    }

    @Test
    void refusesWhatMakesNoSense() {
        refused(
                "shift must be a whole number from 0 to 1024, found -1.0",
                () -> Augmentation.none().shift(-1));
        refused(
                "rotate must be from 0 to 180.0, found NaN",
                () -> Augmentation.none().rotate(Double.NaN));
        refused(
                "flip must be a whole number from 0 to 1, found 0.5",
                () -> Augmentation.none().with(Change.FLIP, 0.5));
        refused("there is no such change of images as 'spin'", () -> Augmentation.read(Map.of("spin", 1)));
        refused("as 'spin?" + "x".repeat(52) + "...'", () -> Augmentation.read(Map.of("spin\n" + "x".repeat(99), 1)));
        refused("'shift' must be a number, found two", () -> Augmentation.read(Map.of("shift", "two")));
    }

    private static void refused(String expected, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(expected), message);
    }
}
