package io.gabor.optim;

/**
 * Half a cosine over the run (Loshchilov and Hutter, 2017, without restarts; PyTorch's {@code CosineAnnealingLR}):
 * {@code least + (η − least)·(1 + cos(π·t/T)) / 2} in step t of T. As text: {@code cosine}, {@code cosine:min=1e-5}.
 *
 * @param least the rate that it sinks to, at least 0
 */
public record CosineDecay(double least) implements Schedule {
    static final String NAME = "cosine";
    private static final String MIN = "min";

    public CosineDecay {
        Settings.requireNotNegative(NAME, MIN, least);
    }

    static Schedule read(Settings settings) {
        return settings.done(new CosineDecay(settings.number(MIN, 0.0)));
    }

    @Override
    public Rates start(double rate, long stepsPerEpoch, long steps) {
        return step -> {
            double share = (1 + StrictMath.cos(Math.PI * Math.min(step, steps) / steps)) / 2;
            return least + (rate - least) * share;
        };
    }

    @Override
    public String toString() {
        return Settings.write(NAME, MIN, least, 0);
    }
}
