package io.gabor.optim;

/**
 * A rise of the rate in a straight line and a fall in another: from {@code from·η} in the first step up to η behind the share
 * {@code peak} of the T steps, and down towards {@code to·η}, which the rate would have in step T. For {@code peak = 0} it only
 * falls. As text: {@code triangle:peak=0.3,to=0.05}.
 *
 * @param peak which share of the steps the rise takes, from 0 to 1
 * @param from the first rate as a share of η, from 0 to 1
 * @param to the last rate as a share of η, from 0 to 1
 */
public record Triangle(double peak, double from, double to) implements Schedule {
    static final String NAME = "triangle";
    private static final String PEAK = "peak";
    private static final String FROM = "from";
    private static final String TO = "to";
    private static final double USUAL_PEAK = 0.2;
    private static final double USUAL_FROM = 0.2;

    public Triangle {
        requireShare(PEAK, peak);
        requireShare(FROM, from);
        requireShare(TO, to);
    }

    private static void requireShare(String key, double value) {
        Settings.require(value >= 0 && value <= 1, NAME, key + " must be from 0 to 1", value);
    }

    static Schedule read(Settings settings) {
        return settings.done(new Triangle(
                settings.number(PEAK, USUAL_PEAK), settings.number(FROM, USUAL_FROM), settings.number(TO, 0.0)));
    }

    @Override
    public Rates start(double rate, long stepsPerEpoch, long steps) {
        double top = peak * steps;
        return step -> {
            double share = step < top
                    ? from + (1 - from) * step / top
                    : top < steps ? 1 + (to - 1) * (Math.min(step, steps) - top) / (steps - top) : 1;
            return rate * share;
        };
    }

    @Override
    public String toString() {
        return Settings.write(NAME, PEAK, peak, USUAL_PEAK, FROM, from, USUAL_FROM, TO, to, 0);
    }
}
