package io.gabor.optim;

/**
 * The rate times {@code factor} after every so many epochs: in epoch e, from 0, {@code η·factor^⌊e / every⌋} (PyTorch's
 * {@code StepLR}). As text: {@code step:every=2,factor=0.1}.
 *
 * @param every epochs, at least 1
 * @param factor above 0; 0.1 unless given
 */
public record StepDecay(int every, double factor) implements Schedule {
    static final String NAME = "step";
    private static final String EVERY = "every";
    private static final String FACTOR = "factor";
    private static final double USUAL_FACTOR = 0.1;

    public StepDecay {
        Settings.requireWhole(NAME, EVERY, every, 1);
        Settings.requirePositive(NAME, FACTOR, factor);
    }

    static Schedule read(Settings settings) {
        double every = settings.number(EVERY, "step:every=10");
        Settings.requireWhole(NAME, EVERY, every, 1);
        return settings.done(new StepDecay((int) every, settings.number(FACTOR, USUAL_FACTOR)));
    }

    @Override
    public Rates start(double rate, long stepsPerEpoch, long steps) {
        return step -> rate * StrictMath.pow(factor, Math.floorDiv(step, stepsPerEpoch * every));
    }

    @Override
    public String toString() {
        return Settings.write(NAME, EVERY, every, 0, FACTOR, factor, USUAL_FACTOR);
    }
}
