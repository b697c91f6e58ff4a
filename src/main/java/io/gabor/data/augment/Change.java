package io.gabor.data.augment;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The ways in which an image may be changed at random, each with a strength; 0 is not at all. */
public enum Change {
    /** Moved by up to this many whole pixels, along both axes. */
    SHIFT(1024, true),
    /** Turned by up to this many degrees. */
    ROTATE(180, false),
    /** Up to 1 + F times as large, or as small. */
    SCALE(4, false),
    /** Slanted by up to this many degrees. */
    SHEAR(60, false),
    /** Bent so that its pixels move by this many pixels along each axis, as a root mean square. */
    ELASTIC(64, false),
    /** Mirrored left to right, one time in two. Strength 1. */
    FLIP(1, true),
    /** Padded by this many mirrored pixels on each side, and cut out at random in its old size. */
    CROP(1024, true),
    /** A square of this many pixels on each side is emptied; its centre is anywhere in the image. */
    CUTOUT(1024, true),
    /** Lighter or darker by up to this part of the range of values. */
    BRIGHTNESS(1, false),
    /** Its values' distance from the middle of their range multiplied by up to 1 + C, or by down to 1 − C. */
    CONTRAST(1, false),
    /** Laid over another image of the batch: a of the distribution Beta(a, a) of the own part. */
    MIXUP(100, false),
    /** A box replaced by that of another image of the batch: a of the distribution Beta(a, a) of what stays. */
    CUTMIX(100, false);

    private final double most;
    private final boolean whole;

    Change(double most, boolean whole) {
        this.most = most;
        this.whole = whole;
    }

    /** Returns the name in model files and, behind two dashes, on the command line. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the change of this name, if there is one. */
    static Optional<Change> find(String key) {
        return Arrays.stream(values())
                .filter(change -> change.key().equals(key))
                .findFirst();
    }

    /** Refuses a strength that makes no sense. */
    void check(double strength) {
        if (!(strength >= 0 && strength <= most) || whole && strength != Math.rint(strength)) {
            throw new IllegalArgumentException(key() + " must be " + (whole ? "a whole number " : "") + "from 0 to "
                    + (whole ? String.valueOf((int) most) : String.valueOf(most)) + ", found " + strength);
        }
    }
}
