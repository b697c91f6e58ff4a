package io.gabor.data.augment;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How training images are changed at random, so that a network does not see the same ones again and again; immutable.
 *
 * <pre>{@code
 * new Trainer(network, loss, optimizer).augmentation(Augmentation.none().shift(2).rotate(10)).train(data);
 * }</pre>
 *
 * <p>What happens to a sample depends on seed, epoch and sample alone, see {@link EditDraws}; only testing and validation
 * see images as they are stored. What comes from outside an image is 0, or, with {@link #crop}, its mirror image.
 */
public final class Augmentation {
    private static final Augmentation NONE = new Augmentation(new double[Change.values().length]);

    private final double[] strengths;

    private Augmentation(double[] strengths) {
        this.strengths = strengths;
    }

    /** Returns the augmentation that changes nothing. */
    public static Augmentation none() {
        return NONE;
    }

    /**
     * Returns the same with another strength of one change.
     *
     * @throws IllegalArgumentException if the strength makes no sense for it
     */
    public Augmentation with(Change change, double strength) {
        change.check(strength);
        double[] others = strengths.clone();
        others[change.ordinal()] = strength;
        return new Augmentation(others);
    }

    /** See {@link Change#SHIFT}. */
    public Augmentation shift(int pixels) {
        return with(Change.SHIFT, pixels);
    }

    /** See {@link Change#ROTATE}. */
    public Augmentation rotate(double degrees) {
        return with(Change.ROTATE, degrees);
    }

    /** See {@link Change#SCALE}. */
    public Augmentation scale(double part) {
        return with(Change.SCALE, part);
    }

    /** See {@link Change#SHEAR}. */
    public Augmentation shear(double degrees) {
        return with(Change.SHEAR, degrees);
    }

    /** See {@link Change#ELASTIC}. */
    public Augmentation elastic(double pixels) {
        return with(Change.ELASTIC, pixels);
    }

    /** See {@link Change#FLIP}. */
    public Augmentation flip() {
        return with(Change.FLIP, 1);
    }

    /** See {@link Change#CROP}. */
    public Augmentation crop(int pixels) {
        return with(Change.CROP, pixels);
    }

    /** See {@link Change#CUTOUT}. */
    public Augmentation cutout(int pixels) {
        return with(Change.CUTOUT, pixels);
    }

    /** See {@link Change#BRIGHTNESS}. */
    public Augmentation brightness(double part) {
        return with(Change.BRIGHTNESS, part);
    }

    /** See {@link Change#CONTRAST}. */
    public Augmentation contrast(double part) {
        return with(Change.CONTRAST, part);
    }

    /** See {@link Change#MIXUP}. */
    public Augmentation mixup(double alpha) {
        return with(Change.MIXUP, alpha);
    }

    /** See {@link Change#CUTMIX}. */
    public Augmentation cutmix(double alpha) {
        return with(Change.CUTMIX, alpha);
    }

    /** Returns how strong a change is; 0 for not at all. */
    public double strength(Change change) {
        return strengths[change.ordinal()];
    }

    /** Returns whether nothing is changed. */
    public boolean isNone() {
        return equals(NONE);
    }

    /** Returns whether images, and so their targets, are mixed. */
    public boolean mixes() {
        return strength(Change.MIXUP) > 0 || strength(Change.CUTMIX) > 0;
    }

    /** Writes what is changed as plain values, for model files. */
    public Map<String, Object> write() {
        Map<String, Object> written = new LinkedHashMap<>();
        for (Change change : Change.values()) {
            if (strength(change) > 0) {
                written.put(change.key(), strength(change));
            }
        }
        return written;
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException if a value is not what it must be; says which
     */
    public static Augmentation read(Map<?, ?> written) {
        Augmentation read = NONE;
        for (Map.Entry<?, ?> entry : written.entrySet()) {
            Change change = Change.find(String.valueOf(entry.getKey()))
                    .orElseThrow(() -> new IllegalArgumentException("there is no such change of images as '"
                            + shown(entry.getKey()) + "'; there are "
                            + Arrays.stream(Change.values()).map(Change::key).collect(Collectors.joining(", "))));
            if (!(entry.getValue() instanceof Number strength)) {
                throw new IllegalArgumentException(
                        "the augmentation's '" + change.key() + "' must be a number, found " + shown(entry.getValue()));
            }
            read = read.with(change, strength.doubleValue());
        }
        return read;
    }

    /** What was found comes from a file: on one line and not at any length. */
    private static String shown(Object found) {
        String text = String.valueOf(found).replaceAll("\\p{Cntrl}", "?");
        return text.length() > 60 ? text.substring(0, 57) + "..." : text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Augmentation that && Arrays.equals(strengths, that.strengths);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(strengths);
    }

    /** Returns the changes with their strengths, for people; {@code none} if there are none. */
    @Override
    public String toString() {
        String changes = write().entrySet().stream()
                .map(entry -> entry.getKey() + " " + plain((Double) entry.getValue()))
                .collect(Collectors.joining(", "));
        return changes.isEmpty() ? "none" : changes;
    }

    private static String plain(double strength) {
        return strength == Math.rint(strength) ? String.valueOf((long) strength) : String.valueOf(strength);
    }
}
