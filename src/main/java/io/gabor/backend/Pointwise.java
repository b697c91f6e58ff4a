package io.gabor.backend;

/**
 * An element-wise non-linearity whose derivative takes the input {@code x}: from {@code y} it cannot be found, or only with
 * digits lost. So it is an op of its own, which is given x on the way back too; what an {@link Epilogue} may hold is an
 * {@link Activation}. σ is the logistic function, Φ and φ are the normal distribution and its density.
 *
 * <table>
 * <caption>Forward and derivative</caption>
 * <tr><th>kind</th><th>f(x)</th><th>f'(x)</th></tr>
 * <tr><td>GELU</td><td>x·Φ(x)</td><td>Φ(x) + x·φ(x)</td></tr>
 * <tr><td>SILU</td><td>x·σ(x)</td><td>σ(x)·(1 + x·(1 − σ(x)))</td></tr>
 * <tr><td>ELU</td><td>x &gt; 0 ? x : α·(e<sup>x</sup> − 1)</td><td>x &gt; 0 ? 1 : α·e<sup>x</sup></td></tr>
 * <tr><td>SOFTPLUS</td><td>log(1 + e<sup>x</sup>)</td><td>σ(x)</td></tr>
 * <tr><td>HARD_SWISH</td><td>x·min(max(x + 3, 0), 6) / 6</td><td>x ≤ −3: 0; x ≥ 3: 1; else x/3 + 1/2</td></tr>
 * </table>
 *
 * @param kind which function
 * @param alpha ELU's α, finite and above 0; 0 for the others
 */
public record Pointwise(Kind kind, float alpha) {
    /** Which function. */
    public enum Kind {
        GELU,
        SILU,
        ELU,
        SOFTPLUS,
        HARD_SWISH
    }

    public static final Pointwise GELU = new Pointwise(Kind.GELU, 0);
    public static final Pointwise SILU = new Pointwise(Kind.SILU, 0);
    public static final Pointwise SOFTPLUS = new Pointwise(Kind.SOFTPLUS, 0);
    public static final Pointwise HARD_SWISH = new Pointwise(Kind.HARD_SWISH, 0);

    public Pointwise {
        if (kind == Kind.ELU ? !(alpha > 0 && alpha < Float.POSITIVE_INFINITY) : alpha != 0) {
            throw new IllegalArgumentException(
                    "the alpha of ELU must be finite and above 0, and 0 for all other functions; found " + alpha
                            + " for " + kind);
        }
    }

    /** Returns ELU with this α. */
    public static Pointwise elu(float alpha) {
        return new Pointwise(Kind.ELU, alpha);
    }
}
