package io.gabor.backend;

/**
 * An element-wise non-linearity {@code y = f(x)}. Every kind's derivative can be written in terms of the output
 * {@code y}, so an op that fuses it need not keep {@code x}:
 *
 * <table>
 * <caption>Forward and derivative</caption>
 * <tr><th>kind</th><th>f(x)</th><th>f'(x) from y</th></tr>
 * <tr><td>IDENTITY</td><td>x</td><td>1</td></tr>
 * <tr><td>RELU</td><td>x ≤ 0 ? 0 : x (NaN stays NaN)</td><td>y &gt; 0 ? 1 : 0</td></tr>
 * <tr><td>LEAKY_RELU</td><td>x &gt; 0 ? x : slope·x</td><td>y &gt; 0 ? 1 : slope (PyTorch's choice at 0)</td></tr>
 * <tr><td>SIGMOID</td><td>1 / (1 + e<sup>−x</sup>)</td><td>y·(1 − y)</td></tr>
 * <tr><td>TANH</td><td>tanh x</td><td>1 − y²</td></tr>
 * </table>
 *
 * @param kind which function
 * @param slope LEAKY_RELU's slope for negative inputs, above 0; 0 for the others
 */
public record Activation(Kind kind, float slope) {
    /** Which function. */
    public enum Kind {
        IDENTITY,
        RELU,
        LEAKY_RELU,
        SIGMOID,
        TANH
    }

    public static final Activation IDENTITY = new Activation(Kind.IDENTITY, 0);
    public static final Activation RELU = new Activation(Kind.RELU, 0);
    public static final Activation SIGMOID = new Activation(Kind.SIGMOID, 0);
    public static final Activation TANH = new Activation(Kind.TANH, 0);

    public Activation {
        if (kind == Kind.LEAKY_RELU ? !(slope > 0 && slope < Float.POSITIVE_INFINITY) : slope != 0) {
            throw new IllegalArgumentException(
                    "the slope of LEAKY_RELU must be finite and above 0, and 0 for all other activations; found "
                            + slope + " for " + kind);
        }
    }

    /** Returns LeakyReLU with this slope for negative inputs. */
    public static Activation leakyRelu(float slope) {
        return new Activation(Kind.LEAKY_RELU, slope);
    }
}
