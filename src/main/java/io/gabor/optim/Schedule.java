package io.gabor.optim;

/**
 * How the learning rate changes over a training run. A description: {@link #start} makes the rates of a run. Rates follow
 * {@code torch.optim.lr_scheduler}; what counts in epochs there counts in epochs here.
 *
 * <p>As text, for the command line and model files: a name, perhaps a colon and settings, as in {@code cosine},
 * {@code step:every=2,factor=0.1}, {@code warm-up:epochs=1+one-cycle:max=0.01}. {@code toString} writes what
 * {@link #parse} reads.
 */
public sealed interface Schedule
        permits ConstantRate, StepDecay, ExponentialDecay, CosineDecay, OneCycle, Triangle, ReduceOnPlateau, WarmUp {
    /** The rate stays as it is. */
    Schedule CONSTANT = new ConstantRate();

    /** Half a cosine from the optimizer's rate down to 0. */
    Schedule COSINE = new CosineDecay(0);

    /**
     * Makes the rates of a run.
     *
     * @param rate the optimizer's rate
     * @param stepsPerEpoch the steps of an epoch, at least 1
     * @param steps the steps of the whole run, at least 1
     * @throws IllegalArgumentException if the run is too short for this schedule
     */
    Rates start(double rate, long stepsPerEpoch, long steps);

    /** Returns whether the rates go by the validation loss, so that there must be one. */
    default boolean needsValidation() {
        return false;
    }

    /**
     * Reads a schedule from its text.
     *
     * @throws IllegalArgumentException if there is no such schedule or setting, or a setting is out of range
     */
    static Schedule parse(String text) {
        // A plus in front of a digit belongs to a number, as in 1e+4.
        String[] parts = text.split("\\+(?=\\D)", 2);
        Settings settings = new Settings(parts[0]);
        if (settings.name().equals(WarmUp.NAME)) {
            return WarmUp.read(settings, parts.length == 1 ? CONSTANT : parse(parts[1]));
        }
        if (parts.length > 1) {
            throw new IllegalArgumentException("only " + WarmUp.NAME + " stands in front of another schedule, as in "
                    + WarmUp.EXAMPLE + "; found '" + text + "'");
        }
        return switch (settings.name()) {
            case ConstantRate.NAME -> settings.done(CONSTANT);
            case StepDecay.NAME -> StepDecay.read(settings);
            case ExponentialDecay.NAME -> ExponentialDecay.read(settings);
            case CosineDecay.NAME -> CosineDecay.read(settings);
            case ReduceOnPlateau.NAME -> ReduceOnPlateau.read(settings);
            case OneCycle.NAME -> OneCycle.read(settings);
            case Triangle.NAME -> Triangle.read(settings);
            default ->
                throw new IllegalArgumentException("there is no schedule '" + settings.name() + "'; there are "
                        + String.join(
                                ", ",
                                ConstantRate.NAME,
                                StepDecay.NAME,
                                ExponentialDecay.NAME,
                                CosineDecay.NAME,
                                OneCycle.NAME,
                                Triangle.NAME,
                                ReduceOnPlateau.NAME)
                        + ", and " + WarmUp.NAME + " in front of any, as in " + WarmUp.EXAMPLE);
        };
    }
}
