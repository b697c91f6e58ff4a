package io.gabor.train;

import io.gabor.train.HealthWarning.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Tells from what a run's watched steps show whether it stalls or is about to blow up. Gradients are compared with those at
 * the last layer, where the loss puts them in: that quotient does not depend on the loss, which is to become small. Whatever
 * grows without bounds is said at once, since the next look may be too late; the rest has to show twice in a row.
 */
final class HealthRules {
    /** How many times smaller or larger than at the last layer a gradient may be. */
    static final double FACTOR = 100;
    /** How many times larger than at its start a gradient may become. */
    static final double GROWTH = 100;
    /** Out of a plateau gradients grow from next to nothing; so what grows has to be so many times the last layer's. */
    static final double ABOVE_LAST = 10;
    /** The largest share of dead units, and of saturated outputs. */
    static final double SHARE = 0.5;
    /** A batch that says of a unit that it is dead has at least so many samples. */
    static final int SAMPLES = 16;
    /** The bounds of ‖Δw‖ / ‖w‖; about 0.001 is usual. */
    static final double LARGE_UPDATE = 0.1;

    static final double SMALL_UPDATE = 1e-5;
    /** What need not show twice: a step as large as the weights. */
    static final double WHOLE_UPDATE = 1;
    /**
     * Small steps are as they should be where the rate, or the gradient of the weights, is below this part of its largest or
     * its first: the schedule wants them, or the net has learned. Where the gradient vanishes that has been said.
     */
    static final double PART = 0.1;

    private static final int LOOKS = 2;

    private final Set<String> said = new HashSet<>();
    private final Map<String, Integer> looksInARow = new HashMap<>();
    private final Map<String, Double> firstGradients = new HashMap<>();
    private final Map<String, Double> firstWeightGradients = new HashMap<>();
    private double largestRate;

    /** Returns what has not been said before. */
    List<HealthWarning> judge(long step, double rate, int samples, List<LayerHealth> layers) {
        largestRate = Math.max(largestRate, rate);
        layers.forEach(layer -> firstWeightGradients.putIfAbsent(layer.layer(), layer.weightGradient()));
        List<HealthWarning> warnings = new ArrayList<>();
        new Look(step, layers, warnings).all(samples, rate);
        return warnings;
    }

    private final class Look {
        private final long step;
        private final List<LayerHealth> layers;
        private final List<HealthWarning> warnings;
        /** The last layer with a gradient; null if there is none. */
        private final LayerHealth last;
        /** How many layers show the same as the one that is named. */
        private int more;

        Look(long step, List<LayerHealth> layers, List<HealthWarning> warnings) {
            this.step = step;
            this.layers = layers;
            this.warnings = warnings;
            last = layers.stream()
                    .filter(layer -> layer.gradient() > 0 && layer.gradient() < Double.POSITIVE_INFINITY)
                    .reduce((first, second) -> second)
                    .orElse(null);
        }

        void all(int samples, double rate) {
            if (last != null) {
                layers.stream()
                        .filter(layer -> layer.gradient() > 0)
                        .forEach(layer -> firstGradients.putIfAbsent(layer.layer(), layer.gradient()));
                vanishing();
                explodingTowardsTheInput();
                explodingOverTime();
            }
            if (samples >= SAMPLES) {
                dead();
            }
            saturated();
            updates(rate);
        }

        private void vanishing() {
            worst(
                    Kind.VANISHING_GRADIENT,
                    LOOKS,
                    FACTOR,
                    layer -> last.gradient() / layer.gradient(),
                    (layer, factor) ->
                            "gradients vanish: at " + layer + " the gradient is " + times(factor) + " smaller than at "
                                    + last.layer() + ", the last layer, so " + layer + others() + " hardly learn"
                                    + (more == 0 ? "s" : "") + ". What usually helps: " + againstVanishing());
        }

        private void explodingTowardsTheInput() {
            worst(
                    Kind.EXPLODING_GRADIENT,
                    1,
                    FACTOR,
                    layer -> layer.gradient() / last.gradient(),
                    (layer, factor) -> "gradients explode on their way to the input: at " + layer + " the gradient is "
                            + times(factor)
                            + " larger than at " + last.layer() + ", the last layer" + also()
                            + ". What usually helps: smaller first weights (initialiser he-uniform or glorot-uniform),"
                            + " batch normalisation, a smaller learning rate, clipping (--clip-norm 1)");
        }

        private void explodingOverTime() {
            worst(
                    Kind.EXPLODING_GRADIENT,
                    1,
                    GROWTH,
                    this::growth,
                    (layer, factor) -> "gradients explode: at " + layer + " the gradient is " + times(factor)
                            + " what it was at the start of training" + also()
                            + ". What usually helps: a smaller learning rate, a warm-up (--schedule"
                            + " warm-up:epochs=1+cosine), clipping (--clip-norm 1)");
        }

        private double growth(LayerHealth layer) {
            return layer.equals(last) || layer.gradient() > ABOVE_LAST * last.gradient()
                    ? layer.gradient() / firstGradients.getOrDefault(layer.layer(), Double.NaN)
                    : 0;
        }

        private void dead() {
            worst(
                    Kind.DEAD_UNITS,
                    LOOKS,
                    SHARE,
                    LayerHealth::dead,
                    (layer, share) -> "most units of " + layer
                            + " are dead: " + percent(share)
                            + " of them are 0 for every image of a batch and learn nothing"
                            + also() + ". What usually helps: a smaller learning rate, initialiser he-uniform, batch"
                            + " normalisation in front of the ReLU, leaky ReLU instead of ReLU");
        }

        private void saturated() {
            worst(
                    Kind.SATURATION,
                    LOOKS,
                    SHARE,
                    LayerHealth::saturated,
                    (layer, share) -> percent(share)
                            + " of the outputs of " + layer + " are at the flat ends of its " + activation(layer)
                            + ", where it has next to no slope" + also()
                            + ". What usually helps: smaller first weights (initialiser glorot-uniform), inputs of mean 0 and"
                            + " deviation 1, batch normalisation in front of it, a smaller learning rate");
        }

        private void updates(double rate) {
            largeUpdate(1, WHOLE_UPDATE);
            largeUpdate(LOOKS, LARGE_UPDATE);
            // 1 / ratio, so that more is worse here, too
            worst(
                    Kind.SMALL_UPDATE,
                    LOOKS,
                    1 / SMALL_UPDATE,
                    layer -> isMeant(layer, rate) ? 0 : 1 / layer.updateRatio(),
                    (layer, inverse) -> "the steps are too small: they change the weights of " + layer + " by "
                            + number(1 / inverse) + " of their size, and about 0.001 is usual" + also()
                            + ". What usually helps: a larger learning rate, Adam instead of SGD, and what helps against"
                            + " vanishing gradients");
        }

        private void largeUpdate(int looks, double most) {
            worst(
                    Kind.LARGE_UPDATE,
                    looks,
                    most,
                    LayerHealth::updateRatio,
                    (layer, ratio) -> "the steps are too large:"
                            + " one changed the weights of " + layer + " by " + number(ratio)
                            + " of their size, and about 0.001 is usual" + also()
                            + ". What usually helps: a smaller learning rate, by a factor of 10 to begin with; a warm-up"
                            + " (--schedule warm-up:epochs=1+cosine), clipping (--clip-norm 1)");
        }

        /** Returns whether small steps are no cause for a warning. */
        private boolean isMeant(LayerHealth layer, double rate) {
            double first = firstWeightGradients.getOrDefault(layer.layer(), 0.0);
            return rate < PART * largestRate
                    || !(layer.weightGradient() > PART * first)
                    || said.contains(key(Kind.VANISHING_GRADIENT, layer));
        }

        /**
         * Warns of the layer where something is worst among those that have not been named.
         *
         * @param looks how many looks in a row have to show it
         * @param most what is no cause for a warning yet
         * @param of how bad it is; NaN and infinite are no answer
         */
        private void worst(Kind kind, int looks, double most, ToDoubleFunction<LayerHealth> of, Words words) {
            LayerHealth worst = null;
            more = -1;
            for (LayerHealth layer : layers) {
                String key = key(kind, layer);
                double value = of.applyAsDouble(layer);
                if (!(value > most && value < Double.POSITIVE_INFINITY)) {
                    looksInARow.remove(key + most);
                } else if (looksInARow.merge(key + most, 1, Integer::sum) >= looks && said.add(key)) {
                    more++;
                    worst = worst == null || value > of.applyAsDouble(worst) ? layer : worst;
                }
            }
            if (worst != null) {
                double value = of.applyAsDouble(worst);
                warnings.add(new HealthWarning(
                        kind,
                        step,
                        worst.layer(),
                        kind == Kind.SMALL_UPDATE ? 1 / value : value,
                        words.say(worst.layer(), value)));
            }
        }

        private String others() {
            return more == 0 ? "" : " and " + more + " more layer" + (more == 1 ? "" : "s");
        }

        private String also() {
            return more == 0 ? "" : "; so it is at " + more + " more layer" + (more == 1 ? "" : "s");
        }

        private String againstVanishing() {
            boolean flat = layers.stream().anyMatch(layer -> !Double.isNaN(layer.saturated()));
            return (flat ? "ReLU instead of sigmoid or tanh, " : "")
                    + "batch normalisation, an initialiser that keeps the scale (he-uniform for ReLU, glorot-uniform for"
                    + " tanh), residual blocks, fewer layers";
        }

        private String activation(String name) {
            return layers.stream()
                    .filter(layer -> layer.layer().equals(name))
                    .map(LayerHealth::activation)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static String key(Kind kind, LayerHealth layer) {
        return kind + " " + layer.layer();
    }

    /** What there is to say of a layer. */
    private interface Words {
        String say(String layer, double value);
    }

    /** Two digits, and no more zeros than needed: 48,000 times. */
    private static String times(double factor) {
        if (factor >= 1e9) {
            return String.format(Locale.ROOT, "%.1e times", factor);
        }
        double unit = Math.pow(10, Math.floor(Math.log10(factor)) - 1);
        return String.format(Locale.ROOT, "%,.0f times", Math.rint(factor / unit) * unit);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    private static String number(double ratio) {
        return ratio < 0.001 ? String.format(Locale.ROOT, "%.1e", ratio) : String.format(Locale.ROOT, "%.2g", ratio);
    }
}
