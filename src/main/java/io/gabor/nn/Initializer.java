package io.gabor.nn;

import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalDouble;

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
 *   <li>{@link #DIRAC}: the first filters hand one channel each through unchanged, as many as there are channels; the rest
 *       are U(−1/√fanIn, 1/√fanIn) (Zagoruyko and Komodakis, 2017, and PyTorch's {@code dirac_})
 *   <li>{@link #whitening}: from the samples to train on, once there are any; He-uniform until then. Only for a network's
 *       first layer
 * </ul>
 */
public final class Initializer {
    /** The distribution's family and how its scale is found. */
    private enum Kind {
        ZEROS("zeros"),
        ONES("ones"),
        DIRAC("dirac"),
        WHITENING("whitening"),
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

        /** Returns the scale that is meant where none is given; 0 where there is none to give. */
        private double usualScale() {
            return switch (this) {
                case NORMAL, UNIFORM -> 1;
                case WHITENING -> USUAL_WHITENING;
                default -> 0;
            };
        }
    }

    private static final double USUAL_WHITENING = 5e-4;

    public static final Initializer ZEROS = new Initializer(Kind.ZEROS, 0);
    public static final Initializer ONES = new Initializer(Kind.ONES, 0);
    public static final Initializer DIRAC = new Initializer(Kind.DIRAC, 0);
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

    /**
     * Returns whitening filters (Jordan, 2024): eigenvectors of the covariance of the samples' patches over the root of their
     * eigenvalue and {@code epsilon}, and their negatives.
     */
    public static Initializer whitening(double epsilon) {
        return new Initializer(Kind.WHITENING, positive(epsilon));
    }

    /** Returns what is added to the eigenvalues, where this is {@link #whitening}. */
    public OptionalDouble whitening() {
        return kind == Kind.WHITENING ? OptionalDouble.of(scale) : OptionalDouble.empty();
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
            if (kind.text.equals(name) && (kind.usualScale() > 0 || colon < 0)) {
                return new Initializer(kind, colon < 0 ? kind.usualScale() : scale(text, colon));
            }
        }
        throw new IllegalArgumentException(
                "there is no initialiser '" + text + "'; there are zeros, ones, normal, normal:S, "
                        + "uniform:S, he-normal, he-uniform, glorot-normal, glorot-uniform, dirac, whitening, whitening:S");
    }

    private static double scale(String text, int colon) {
        try {
            return positive(Double.parseDouble(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected a number behind ':' in the initialiser '" + text + "'", e);
        }
    }

    /**
     * Draws a parameter's values.
     *
     * @param shape the parameter's
     * @throws ShapeException if a parameter of this shape cannot have such values
     */
    void fill(float[] values, Shape shape, int fanIn, int fanOut, Philox random) {
        switch (kind) {
            case ZEROS -> {}
            case ONES -> Arrays.fill(values, 1f);
            case NORMAL -> normal(values, scale, random);
            case UNIFORM -> uniform(values, scale, random);
            case HE_NORMAL -> normal(values, Math.sqrt(2.0 / fanIn), random);
            case HE_UNIFORM -> uniform(values, Math.sqrt(6.0 / fanIn), random);
            case DIRAC -> dirac(values, shape, fanIn, random);
            case WHITENING -> {
                requireWhitening(shape);
                uniform(values, Math.sqrt(6.0 / fanIn), random);
            }
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

    private static void dirac(float[] values, Shape shape, int fanIn, Philox random) {
        if (shape.rank() != 4 && shape.rank() != 2) {
            throw new ShapeException(
                    "the initialiser " + Kind.DIRAC.text + " is for weights, found a parameter of shape " + shape);
        }
        uniform(values, Math.sqrt(1.0 / fanIn), random);
        int inputs = shape.dim(1);
        int window = shape.size() / (shape.dim(0) * inputs);
        int centre = shape.rank() == 2 ? 0 : shape.dim(2) / 2 * shape.dim(3) + shape.dim(3) / 2;
        int handing = Math.min(shape.dim(0), inputs);
        Arrays.fill(values, 0, handing * inputs * window, 0f);
        for (int i = 0; i < handing; i++) {
            values[(i * inputs + i) * window + centre] = 1;
        }
    }

    private static void requireWhitening(Shape shape) {
        if (shape.rank() != 4) {
            throw new ShapeException("the initialiser " + Kind.WHITENING.text
                    + " is for the weights of a convolution, found a parameter of shape " + shape);
        }
        int filters = shape.dim(0);
        int most = 2 * (shape.size() / filters);
        if (filters % 2 != 0 || filters > most) {
            throw new ShapeException("the initialiser " + Kind.WHITENING.text
                    + " makes pairs of filters, and for patches of " + shape.sample() + " at most " + most
                    + " filters; found " + filters);
        }
    }

    @Override
    public String toString() {
        boolean scaled = kind == Kind.UNIFORM || scale != kind.usualScale();
        return scaled ? kind.text + ":" + scale : kind.text;
    }
}
