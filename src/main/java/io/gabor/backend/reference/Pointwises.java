package io.gabor.backend.reference;

import io.gabor.backend.Pointwise;

/**
 * The element-wise functions whose derivatives take {@code x}; the table is in {@link Pointwise}.
 *
 * <pre>
 * forward    y[i]  = f(x[i])
 * backward   dx[i] = dy[i] · f'(x[i])
 * </pre>
 */
final class Pointwises {
    private static final double DENSITY = 1 / Math.sqrt(2 * Math.PI);
    /** From here on the normal distribution is 0 or 1 but for 1e-23. */
    private static final double FAR = 10;

    private Pointwises() {}

    static void forward(Pointwise f, int count, double[] x, double[] y) {
        for (int i = 0; i < count; i++) {
            y[i] = value(f, x[i]);
        }
    }

    static void backward(Pointwise f, int count, double[] x, double[] dy, double[] dx) {
        for (int i = 0; i < count; i++) {
            dx[i] = dy[i] * derivative(f, x[i]);
        }
    }

    private static double value(Pointwise f, double x) {
        return switch (f.kind()) {
            case GELU -> x == Double.NEGATIVE_INFINITY ? 0 : x * normal(x);
            case SILU -> x == Double.NEGATIVE_INFINITY ? 0 : x * Activations.sigmoid(x);
            case ELU -> x > 0 ? x : f.alpha() * Math.expm1(x);
            case SOFTPLUS -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
            case HARD_SWISH -> x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6;
        };
    }

    private static double derivative(Pointwise f, double x) {
        return switch (f.kind()) {
            case GELU -> normal(x) + (Math.abs(x) > FAR ? 0 : x * DENSITY * Math.exp(-x * x / 2));
            case SILU -> {
                double s = Activations.sigmoid(x);
                yield Math.abs(x) > 700 ? s : s * (1 + x * (1 - s));
            }
            case ELU -> x > 0 ? 1 : f.alpha() * Math.exp(x);
            case SOFTPLUS -> Activations.sigmoid(x);
            case HARD_SWISH -> x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5;
        };
    }

    /** Returns Φ(x) = 1/2 + φ(x)·(x + x³/3 + x⁵/(3·5) + x⁷/(3·5·7) + ...), whose terms all have one sign. */
    private static double normal(double x) {
        if (Math.abs(x) > FAR) {
            return x > 0 ? 1 : 0;
        }
        double term = x;
        double sum = x;
        for (int k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
            term *= x * x / k;
            sum += term;
        }
        return 0.5 + DENSITY * Math.exp(-x * x / 2) * sum;
    }
}
