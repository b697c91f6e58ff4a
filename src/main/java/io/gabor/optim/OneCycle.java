package io.gabor.optim;

/**
 * One rise of the rate and one fall (Smith and Topin, 2018), as PyTorch's {@code OneCycleLR} has it with
 * {@code anneal_strategy='cos'}: from {@code max/div} up to {@code max} and down to {@code max/div/finalDiv}, each along
 * half a cosine. With P = pct and T steps, in two phases the rise ends at step {@code P·T − 1}, and the fall at
 * {@code T − 1}; in three the rate is back at {@code max/div} at step {@code 2·P·T − 2}, and falls on from there. Momentum
 * stays as it is ({@code cycle_momentum=False}). As text: {@code one-cycle:max=0.01,pct=0.3}.
 *
 * @param max the largest rate; 0 for the optimizer's
 * @param pct which share of the steps the rise takes, from 0 to 1, in three phases to 0.5
 * @param div max over the first rate
 * @param finalDiv the first rate over the last
 * @param phases 2 or 3
 */
public record OneCycle(double max, double pct, double div, double finalDiv, int phases) implements Schedule {
    static final String NAME = "one-cycle";
    private static final String MAX = "max";
    private static final String PCT = "pct";
    private static final String DIV = "div";
    private static final String FINAL_DIV = "final-div";
    private static final String PHASES = "phases";
    private static final double USUAL_PCT = 0.3;
    private static final double USUAL_DIV = 25;
    private static final double USUAL_FINAL_DIV = 1e4;
    private static final int USUAL_PHASES = 2;

    public OneCycle {
        Settings.requireNotNegative(NAME, MAX, max);
        Settings.requirePositive(NAME, DIV, div);
        Settings.requirePositive(NAME, FINAL_DIV, finalDiv);
        Settings.require(phases == 2 || phases == 3, NAME, PHASES + " must be 2 or 3", phases);
        double most = phases == 2 ? 1 : 0.5;
        Settings.require(
                pct >= 0 && pct <= most,
                NAME,
                PCT + " must be from 0 to " + (phases == 2 ? "1" : "0.5, since three phases rise and fall in it"),
                pct);
    }

    /** Two phases and PyTorch's other settings, up to this rate; 0 for the optimizer's. */
    public OneCycle(double max) {
        this(max, USUAL_PCT, USUAL_DIV, USUAL_FINAL_DIV, USUAL_PHASES);
    }

    static Schedule read(Settings settings) {
        double phases = settings.number(PHASES, USUAL_PHASES);
        Settings.require(phases == 2 || phases == 3, NAME, PHASES + " must be 2 or 3", phases);
        return settings.done(new OneCycle(
                settings.number(MAX, 0.0),
                settings.number(PCT, USUAL_PCT),
                settings.number(DIV, USUAL_DIV),
                settings.number(FINAL_DIV, USUAL_FINAL_DIV),
                (int) phases));
    }

    @Override
    public Rates start(double rate, long stepsPerEpoch, long steps) {
        double top = max == 0 ? rate : max;
        double first = top / div;
        double last = first / finalDiv;
        double riseEnd = pct * steps - 1;
        double end = steps - 1.0;
        if (phases == 2) {
            return step -> step <= riseEnd
                    ? between(first, top, 0, riseEnd, step)
                    : between(top, last, riseEnd, end, Math.min(step, end));
        }
        double backEnd = 2 * pct * steps - 2;
        return step -> {
            if (step <= riseEnd) {
                return between(first, top, 0, riseEnd, step);
            }
            return step <= backEnd
                    ? between(top, first, riseEnd, backEnd, step)
                    : between(first, last, backEnd, end, Math.min(step, end));
        };
    }

    /** Half a cosine from one rate to the other; a phase of no length is at its end. */
    private static double between(double from, double to, double start, double end, double step) {
        double share = end > start ? (step - start) / (end - start) : 1;
        return to + (from - to) / 2 * (1 + StrictMath.cos(Math.PI * share));
    }

    @Override
    public String toString() {
        return Settings.write(
                NAME,
                MAX,
                max,
                0,
                PCT,
                pct,
                USUAL_PCT,
                DIV,
                div,
                USUAL_DIV,
                FINAL_DIV,
                finalDiv,
                USUAL_FINAL_DIV,
                PHASES,
                phases,
                USUAL_PHASES);
    }
}
