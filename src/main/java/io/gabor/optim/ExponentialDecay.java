package io.gabor.optim;

/**
 * The rate times {@code factor} after every epoch: {@code η·factor^e} in epoch e, from 0 (PyTorch's
 * {@code ExponentialLR}). As text: {@code exponential:factor=0.95}.
 *
 * @param factor above 0
 */
public record ExponentialDecay(double factor) implements Schedule {
    static final String NAME = "exponential";
    private static final String FACTOR = "factor";

    public ExponentialDecay {
        Settings.requirePositive(NAME, FACTOR, factor);
    }

    static Schedule read(Settings settings) {
        return settings.done(new ExponentialDecay(settings.number(FACTOR, "exponential:factor=0.95")));
    }

    @Override
    public Rates start(double rate, long stepsPerEpoch, long steps) {
        return step -> rate * StrictMath.pow(factor, Math.floorDiv(step, stepsPerEpoch));
    }

    @Override
    public String toString() {
        return Settings.write(NAME, FACTOR, factor, 0);
    }
}
