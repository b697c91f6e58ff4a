package io.gabor.backend.reference;

import io.gabor.backend.Activation;

/**
 * The element-wise functions {@code y = f(x)} and their derivatives, written in terms of {@code y}; the table is in
 * {@link Activation}.
 *
 * <pre>
 * forward    y[i]  = f(x[i])
 * backward   dx[i] = dy[i] · f'          f' from y[i]
 * </pre>
 */
final class Activations {
    private Activations() {}

    static void forward(Activation f, int count, double[] x, double[] y) {
        for (int i = 0; i < count; i++) {
            y[i] = value(f, x[i]);
        }
    }

    static void backward(Activation f, int count, double[] y, double[] dy, double[] dx) {
        for (int i = 0; i < count; i++) {
            dx[i] = dy[i] * derivative(f, y[i]);
        }
    }

    /** Returns f(x). */
    static double value(Activation f, double x) {
        return switch (f.kind()) {
            case IDENTITY -> x;
            case RELU -> x <= 0 ? 0 : x;
            case LEAKY_RELU -> x > 0 ? x : f.slope() * x;
            case SIGMOID -> sigmoid(x);
            case TANH -> Math.tanh(x);
        };
    }

    /** Returns f'(x), given {@code y = f(x)}. */
    static double derivative(Activation f, double y) {
        return switch (f.kind()) {
            case IDENTITY -> 1;
            case RELU -> y > 0 ? 1 : 0;
            case LEAKY_RELU -> y > 0 ? 1 : f.slope();
            case SIGMOID -> y * (1 - y);
            case TANH -> 1 - y * y;
        };
    }

    /** Returns {@code 1 / (1 + exp(−x))}; where exp overflows the quotient is 0, as it should be. */
    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
