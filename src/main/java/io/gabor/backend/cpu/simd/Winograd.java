package io.gabor.backend.cpu.simd;

/**
 * What a Winograd convolution of 3 taps computes 4 outputs at a time with: the polynomials' values at the points 0, ±a, ±b
 * and ∞, where a = √½ and b = √2. (Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2015, take 1 and 2; with
 * ab = 1 the matrices' entries are closer to one another, which halves the rounding error.) In one dimension, with d of 6
 * inputs, g of 3 weights and y of 4 outputs, y = Aᵀ·((G·g) ⊙ (Bᵀ·d)):
 *
 * <pre>
 *      1   0 −5/2   0   1  0           1     0     0            1  1  1   1   1   0
 *      0 −2a  −2    a   1  0         −2/3 −2a/3  −1/3           0  a −a   b  −b   0
 * Bᵀ = 0  2a  −2   −a   1  0     G = −2/3  2a/3  −1/3     Aᵀ =  0  ½  ½   2   2   0
 *      0 −b/2 −½    b   1  0          1/6   b/6   1/3           0 a/2 −a/2 2b −2b 1
 *      0  b/2 −½   −b   1  0          1/6  −b/6   1/3
 *      0   1   0  −5/2  0  1           0     0     1
 * </pre>
 */
public final class Winograd {
    /** Outputs of a tile along one axis. */
    public static final int OUTPUTS = 4;
    /** Taps of the kernel along one axis. */
    public static final int TAPS = 3;
    /** Inputs of a tile along one axis, and points. */
    public static final int POINTS = 6;

    static final float A = (float) Math.sqrt(0.5);
    static final float B = (float) Math.sqrt(2);
    static final float SQUARES = 2.5f;
    static final float THIRD = 1f / 3;
    static final float SIXTH = 1f / 6;

    private Winograd() {}
}
