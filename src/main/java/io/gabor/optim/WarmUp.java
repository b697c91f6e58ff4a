package io.gabor.optim;

/**
 * A rise in front of another schedule (Goyal et al., 2017): over W steps the rate goes up in a straight line, from
 * {@code from·r} to the rate r that the schedule behind it begins with; then that one runs over the steps that are left, as
 * PyTorch's {@code LinearLR} and {@code SequentialLR} do. As text: {@code warm-up:epochs=1,from=0.01+cosine}.
 *
 * @param epochs how long, above 0; may be less than one
 * @param from the first rate as a share of r, from 0 to 1; 0.01 unless given
 * @param then what follows
 */
public record WarmUp(double epochs, double from, Schedule then) implements Schedule {
    static final String NAME = "warm-up";
    static final String EXAMPLE = "warm-up:epochs=1+cosine";
    private static final String EPOCHS = "epochs";
    private static final String FROM = "from";
    private static final double USUAL_FROM = 0.01;

    public WarmUp {
        Settings.requirePositive(NAME, EPOCHS, epochs);
        Settings.require(from >= 0 && from <= 1, NAME, FROM + " must be from 0 to 1", from);
        if (then instanceof WarmUp) {
            throw new IllegalArgumentException(
                    "schedule " + NAME + ": one rise is enough; behind it stands another schedule, found " + then);
        }
    }

    static Schedule read(Settings settings, Schedule then) {
        double epochs = settings.number(EPOCHS, EXAMPLE);
        return settings.done(new WarmUp(epochs, settings.number(FROM, USUAL_FROM), then));
    }

    @Override
    public Rates start(double rate, long stepsPerEpoch, long steps) {
        long rise = Math.max(1, Math.round(epochs * stepsPerEpoch));
        if (rise >= steps) {
            throw new IllegalArgumentException("schedule " + NAME + ": a rise of " + rise
                    + " steps leaves nothing of a run of " + steps + "; give fewer " + EPOCHS
                    + " to it, or more to the run");
        }
        Rates behind = then.start(rate, stepsPerEpoch, steps - rise);
        return new Rates() {
            @Override
            public double at(long step) {
                return step < rise ? behind.at(0) * (from + (1 - from) * step / rise) : behind.at(step - rise);
            }

            @Override
            public void validated(double loss) {
                behind.validated(loss);
            }
        };
    }

    @Override
    public boolean needsValidation() {
        return then.needsValidation();
    }

    @Override
    public String toString() {
        return Settings.write(NAME, EPOCHS, epochs, 0, FROM, from, USUAL_FROM)
                + (then.equals(CONSTANT) ? "" : "+" + then);
    }
}
