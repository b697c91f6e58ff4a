package io.gabor.nn;

import io.gabor.backend.Activation;
import java.util.Map;

/** A rectifier that lets a little through: {@code y = x > 0 ? x : slope·x}, {@code dx = y > 0 ? dy : slope·dy}. */
public final class LeakyReLU extends ActivationLayer {
    /** A slope of 0.01, PyTorch's default. */
    public LeakyReLU() {
        this(0.01f);
    }

    /** Takes the slope for negative inputs; above 0. */
    public LeakyReLU(float slope) {
        super(Activation.leakyRelu(slope));
    }

    @Override
    public String kind() {
        return "leaky_relu";
    }

    @Override
    public Map<String, Object> config() {
        return Map.of("slope", function().slope());
    }

    static LeakyReLU read(LayerConfig config) {
        return new LeakyReLU((float) config.number("slope", 0.01));
    }
}
