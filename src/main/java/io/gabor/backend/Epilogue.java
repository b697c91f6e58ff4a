package io.gabor.backend;

/**
 * What happens to the output of a convolution or dense op while it is still in registers or cache:
 * {@code y = activation(sum + bias)}. The reference backend states it as the composition.
 */
public record Epilogue(Bias bias, Activation activation) {
    /** Neither bias nor activation. */
    public static final Epilogue NONE = new Epilogue(Bias.NONE, Activation.IDENTITY);
}
