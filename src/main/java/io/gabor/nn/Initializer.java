package io.gabor.nn;

import io.gabor.tensor.Philox;
import java.util.Arrays;
import java.util.Locale;

/**
 * How a parameter's first values are drawn. With fanIn the number of inputs that one output sums over and fanOut the
 * number of outputs that one input contributes to:
 *
 * <ul>
 *   <li>{@link #HE_NORMAL}, {@link #HE_UNIFORM}: variance {@code 2 / fanIn} (He et al., 2015), for ReLU
 *   <li>{@link #GLOROT_NORMAL}, {@link #GLOROT_UNIFORM}: variance {@code 2 / (fanIn + fanOut)} (Glorot and Bengio, 2010),
 *       for sigmoid and tanh
 *   <li>{@link #STANDARD_NORMAL}: N(0, 1), what first programs use; sums grow with √fanIn, so it saturates sigmoids in wide
 *       layers
 *   <li>{@link #normal}: N(0, deviation²); {@link #uniform}: U(−limit, limit); {@link #ZEROS}, {@link #ONES}
 * </ul>
 */
public final class Initializer {
    /** The distribution's family and how its scale is found. */
    private enum Kind {
        ZEROS("zeros"),
        ONES("ones"),
        NORMAL("normal"),
        UNIFORM("uniform"),
        HE_NORMAL("he-normal"),
        HE_UNIFORM("he-uniform"),
        GLOROT_NORMAL("glorot-normal"),
        GLOROT_UNIFORM("glorot-uniform");

        private final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    public static final Initializer ZEROS = new Initializer(Kind.ZEROS, 0);
    public static final Initializer ONES = new Initializer(Kind.ONES, 0);
    public static final Initializer STANDARD_NORMAL = new Initializer(Kind.NORMAL, 1);
    public static final Initializer HE_NORMAL = new Initializer(Kind.HE_NORMAL, 0);
    public static final Initializer HE_UNIFORM = new Initializer(Kind.HE_UNIFORM, 0);
    public static final Initializer GLOROT_NORMAL = new Initializer(Kind.GLOROT_NORMAL, 0);
    public static final Initializer GLOROT_UNIFORM = new Initializer(Kind.GLOROT_UNIFORM, 0);

    private final Kind kind;
    private final double scale;

    private Initializer(Kind kind, double scale) {
        this.kind = kind;
        this.scale = scale;
    }

    /** Returns N(0, deviation²). */
    public static Initializer normal(double deviation) {
        return new Initializer(Kind.NORMAL, positive(deviation));
    }

    /** Returns U(−limit, limit). */
    public static Initializer uniform(double limit) {
        return new Initializer(Kind.UNIFORM, positive(limit));
    }

    private static double positive(double scale) {
        if (!(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("an initialiser's scale must be finite and above 0, found " + scale);
        }
        return scale;
    }

    /**
     * Returns the initialiser that {@link #toString} wrote: {@code he-normal}, {@code normal:0.05}, ...
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static Initializer parse(String text) {
        int colon = text.indexOf(':');
        String name = (colon < 0 ? text : text.substring(0, colon)).toLowerCase(Locale.ROOT);
        for (Kind kind : Kind.values()) {
            boolean scaled = kind == Kind.NORMAL || kind == Kind.UNIFORM;
            if (kind.text.equals(name) && (scaled || colon < 0)) {
                return new Initializer(kind, !scaled ? 0 : colon < 0 ? 1 : scale(text, colon));
            }
        }
        throw new IllegalArgumentException(
                "there is no initialiser '" + text + "'; there are zeros, ones, normal, normal:S, "
                        + "uniform:S, he-normal, he-uniform, glorot-normal, glorot-uniform");
    }

    private static double scale(String text, int colon) {
        try {
            return positive(Double.parseDouble(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected a number behind ':' in the initialiser '" + text + "'", e);
        }
    }

    void fill(float[] values, int fanIn, int fanOut, Philox random) {
        switch (kind) {
            case ZEROS -> {}
            case ONES -> Arrays.fill(values, 1f);
            case NORMAL -> normal(values, scale, random);
            case UNIFORM -> uniform(values, scale, random);
            case HE_NORMAL -> normal(values, Math.sqrt(2.0 / fanIn), random);
            case HE_UNIFORM -> uniform(values, Math.sqrt(6.0 / fanIn), random);
            case GLOROT_NORMAL -> normal(values, Math.sqrt(2.0 / ((double) fanIn + fanOut)), random);
            case GLOROT_UNIFORM -> uniform(values, Math.sqrt(6.0 / ((double) fanIn + fanOut)), random);
        }
    }

    private static void normal(float[] values, double deviation, Philox random) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
    }

    private static void uniform(float[] values, double limit, Philox random) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.uniform(-limit, limit);
        }
    }

    @Override
    public String toString() {
        boolean scaled = kind == Kind.UNIFORM || (kind == Kind.NORMAL && scale != 1);
        return scaled ? kind.text + ":" + scale : kind.text;
    }
}
