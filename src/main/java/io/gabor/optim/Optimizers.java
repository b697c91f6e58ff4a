package io.gabor.optim;

import java.util.List;

/** The optimizers by the names of the command line and of recipes. */
public final class Optimizers {
    private static final double MOMENTUM = 0.9;

    private Optimizers() {}

    /** Returns the names. */
    public static List<String> names() {
        return List.of("sgd", "momentum", "nesterov", "adam", "adamw", "rmsprop", "adagrad");
    }

    /**
     * Returns the optimizer of this name with its usual constants (momentum 0.9; the others as in PyTorch).
     *
     * @throws IllegalArgumentException if there is none of that name, or the rate is not above 0
     */
    public static Optimizer create(String name, double rate) {
        return switch (name) {
            case "sgd" -> new Sgd(rate);
            case "momentum" -> new Sgd(rate, MOMENTUM, false, 0);
            case "nesterov" -> new Sgd(rate, MOMENTUM, true, 0);
            case "adam" -> new Adam(rate);
            case "adamw" -> new AdamW(rate);
            case "rmsprop" -> new RmsProp(rate);
            case "adagrad" -> new Adagrad(rate);
            default ->
                throw new IllegalArgumentException(
                        "there is no optimizer '" + name + "'; there are " + String.join(", ", names()));
        };
    }

    /**
     * Returns a rate that usually works for this optimizer: 0.001 for Adam, AdamW and RMSProp, 0.01 for momentum and
     * Adagrad, else 0.1.
     */
    public static double usualRate(String name) {
        return switch (name) {
            case "adam", "adamw", "rmsprop" -> 0.001;
            case "momentum", "nesterov", "adagrad" -> 0.01;
            default -> 0.1;
        };
    }
}
