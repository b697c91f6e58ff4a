package io.gabor.optim;

/** The optimizer's rate throughout. As text: {@code constant}. */
public record ConstantRate() implements Schedule {
    static final String NAME = "constant";

    @Override
    public Rates start(double rate, long stepsPerEpoch, long steps) {
        return step -> rate;
    }

    @Override
    public String toString() {
        return NAME;
    }
}
