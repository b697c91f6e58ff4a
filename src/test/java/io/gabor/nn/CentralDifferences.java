package io.gabor.nn;

import java.util.function.DoubleSupplier;

/**
 * Compares gradients with central differences, {@code (f(v + ε) − f(v − ε)) / 2ε}, with the constants of PyTorch's gradcheck
 * in double precision.
 */
final class CentralDifferences {
    static final double EPSILON = 1e-6;
    static final double ABSOLUTE = 1e-5;
    static final double RELATIVE = 1e-3;

    private CentralDifferences() {}

    /** Takes what {@link #check} varies. */
    interface Setter {
        void set(double[] values);
    }

    /**
     * Varies every value by itself and fails where the difference quotient is not what the gradient says.
     *
     * @param what for the message
     * @param values where to look; the setter is given them back in the end
     * @param analytic the gradient to be checked
     */
    static void check(String what, double[] values, Setter setter, DoubleSupplier f, double[] analytic) {
        double[] moved = values.clone();
        for (int i = 0; i < values.length; i++) {
            moved[i] = values[i] + EPSILON;
            setter.set(moved);
            double above = f.getAsDouble();
            moved[i] = values[i] - EPSILON;
            setter.set(moved);
            double below = f.getAsDouble();
            moved[i] = values[i];
            double numeric = (above - below) / (2 * EPSILON);
            if (!(Math.abs(analytic[i] - numeric) <= ABSOLUTE + RELATIVE * Math.abs(numeric))) {
                throw new AssertionError("the gradient of " + what + " at " + i + " of " + values.length + " is "
                        + analytic[i] + ", the difference quotient is " + numeric);
            }
        }
        setter.set(values);
    }
}
