package io.gabor.optim;

/**
 * The rate times {@code factor} whenever the validation loss has not become less for more than {@code patience} epochs
 * (PyTorch's {@code ReduceLROnPlateau}, relative to the least loss so far). As text: {@code plateau:patience=2,factor=0.1}.
 *
 * @param factor above 0 and below 1
 * @param patience epochs without a lower loss that are put up with, at least 0
 * @param threshold the share of the least loss by which a loss must be lower to count, from 0 to 1
 * @param cooldown epochs after a reduction in which none is counted, at least 0
 * @param least the least rate, at least 0
 */
public record ReduceOnPlateau(double factor, int patience, double threshold, int cooldown, double least)
        implements Schedule {
    static final String NAME = "plateau";
    private static final String FACTOR = "factor";
    private static final String PATIENCE = "patience";
    private static final String THRESHOLD = "threshold";
    private static final String COOLDOWN = "cooldown";
    private static final String MIN = "min";
    private static final double USUAL_FACTOR = 0.1;
    private static final int USUAL_PATIENCE = 10;
    private static final double USUAL_THRESHOLD = 1e-4;
    /** A smaller change of the rate is none. */
    private static final double EPSILON = 1e-8;

    public ReduceOnPlateau {
        Settings.require(factor > 0 && factor < 1, NAME, FACTOR + " must be above 0 and below 1", factor);
        Settings.requireWhole(NAME, PATIENCE, patience, 0);
        Settings.require(threshold >= 0 && threshold <= 1, NAME, THRESHOLD + " must be from 0 to 1", threshold);
        Settings.requireWhole(NAME, COOLDOWN, cooldown, 0);
        Settings.requireNotNegative(NAME, MIN, least);
    }

    static Schedule read(Settings settings) {
        double patience = settings.number(PATIENCE, USUAL_PATIENCE);
        Settings.requireWhole(NAME, PATIENCE, patience, 0);
        double cooldown = settings.number(COOLDOWN, 0.0);
        Settings.requireWhole(NAME, COOLDOWN, cooldown, 0);
        return settings.done(new ReduceOnPlateau(
                settings.number(FACTOR, USUAL_FACTOR),
                (int) patience,
                settings.number(THRESHOLD, USUAL_THRESHOLD),
                (int) cooldown,
                settings.number(MIN, 0.0)));
    }

    @Override
    public boolean needsValidation() {
        return true;
    }

    @Override
    public Rates start(double rate, long stepsPerEpoch, long steps) {
        return new Watch(rate);
    }

    /** What has been seen of a run. */
    private final class Watch implements Rates {
        private double rate;
        private double best = Double.POSITIVE_INFINITY;
        private int badEpochs;
        private int cooling;

        Watch(double rate) {
            this.rate = rate;
        }

        @Override
        public double at(long step) {
            return rate;
        }

        @Override
        public void validated(double loss) {
            if (loss < best * (1 - threshold)) {
                best = loss;
                badEpochs = 0;
            } else {
                badEpochs++;
            }
            if (cooling > 0) {
                cooling--;
                badEpochs = 0;
            }
            if (badEpochs > patience) {
                double reduced = Math.max(rate * factor, least);
                rate = rate - reduced > EPSILON ? reduced : rate;
                cooling = cooldown;
                badEpochs = 0;
            }
        }
    }

    @Override
    public String toString() {
        return Settings.write(
                NAME,
                FACTOR,
                factor,
                USUAL_FACTOR,
                PATIENCE,
                patience,
                USUAL_PATIENCE,
                THRESHOLD,
                threshold,
                USUAL_THRESHOLD,
                COOLDOWN,
                cooldown,
                0,
                MIN,
                least,
                0);
    }
}
