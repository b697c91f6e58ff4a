package io.gabor.data;

import java.util.Arrays;

/**
 * How stored values become a network's input: {@code x·scale[c] + shift[c]}, per channel. A single pair serves all channels.
 *
 * @param scale one factor per channel, or one for all
 * @param shift one summand per channel, or one for all; as many as factors
 */
public record Normalization(float[] scale, float[] shift) {
    /** Leaves values as they are. */
    public static final Normalization NONE = of(1, 0);

    /** Pixels to [0, 1]: {@code x / 255}. */
    public static final Normalization UNIT = of(1f / 255, 0);

    /** Pixels to [−0.5, 0.5]: {@code x / 255 − 0.5}. */
    public static final Normalization CENTERED = of(1f / 255, -0.5f);

    public Normalization {
        scale = scale.clone();
        shift = shift.clone();
        if (scale.length == 0 || scale.length != shift.length) {
            throw new IllegalArgumentException("a normalisation has as many shifts as scales, at least one; found "
                    + scale.length + " scales and " + shift.length + " shifts");
        }
        for (int c = 0; c < scale.length; c++) {
            if (!Float.isFinite(scale[c]) || !Float.isFinite(shift[c])) {
                throw new IllegalArgumentException("scales and shifts must be finite, found " + Arrays.toString(scale)
                        + " and " + Arrays.toString(shift));
            }
        }
    }

    /** Returns the same scale and shift for all channels. */
    public static Normalization of(float scale, float shift) {
        return new Normalization(new float[] {scale}, new float[] {shift});
    }

    /** Returns {@code (x/255 − mean) / deviation} for pixels whose statistics on [0, 1] are these. */
    public static Normalization standard(double mean, double deviation) {
        return of((float) (1 / (255 * deviation)), (float) (-mean / deviation));
    }

    /** As {@link #standard(double, double)}, for each channel. */
    public static Normalization standard(double[] means, double[] deviations) {
        float[] scale = new float[deviations.length];
        float[] shift = new float[means.length];
        for (int c = 0; c < Math.min(scale.length, shift.length); c++) {
            scale[c] = (float) (1 / (255 * deviations[c]));
            shift[c] = (float) (-means[c] / deviations[c]);
        }
        return new Normalization(scale, shift);
    }

    @Override
    public float[] scale() {
        return scale.clone();
    }

    @Override
    public float[] shift() {
        return shift.clone();
    }

    /**
     * Returns the same for a given number of channels: a single pair is repeated.
     *
     * @throws IllegalArgumentException if there are neither one pair nor as many as channels
     */
    public Normalization forChannels(int channels) {
        if (scale.length == channels) {
            return this;
        }
        if (scale.length != 1) {
            throw new IllegalArgumentException(
                    "the normalisation is for " + scale.length + " channels, the samples have " + channels);
        }
        float[] scales = new float[channels];
        float[] shifts = new float[channels];
        Arrays.fill(scales, scale[0]);
        Arrays.fill(shifts, shift[0]);
        return new Normalization(scales, shifts);
    }

    /** Returns the same for samples of another number of channels: the mean of all channels' pairs, where these do not fit. */
    public Normalization fitting(int channels) {
        if (scale.length == 1 || scale.length == channels) {
            return this;
        }
        double scales = 0;
        double shifts = 0;
        for (int c = 0; c < scale.length; c++) {
            scales += scale[c];
            shifts += shift[c];
        }
        return of((float) (scales / scale.length), (float) (shifts / scale.length));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Normalization that
                && Arrays.equals(scale, that.scale)
                && Arrays.equals(shift, that.shift);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(scale) + Arrays.hashCode(shift);
    }

    @Override
    public String toString() {
        return "x·" + Arrays.toString(scale) + " + " + Arrays.toString(shift);
    }
}
