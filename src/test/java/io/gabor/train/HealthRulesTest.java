package io.gabor.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.train.HealthWarning.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the watched steps of invented nets give cause to say, and when. */
final class HealthRulesTest {
    private static final double NONE = Double.NaN;

    private final HealthRules rules = new HealthRules();
    private long step;

    private static LayerHealth layer(String name, double gradient, double update) {
        return layer(name, gradient, update, 1);
    }

    private static LayerHealth layer(String name, double gradient, double update, double weightGradient) {
        return new LayerHealth(
                name,
                "tanh",
                0,
                1,
                gradient,
                NONE,
                NONE,
                List.of(new ParameterHealth(name + ".weight", 2, weightGradient, 2 * update)));
    }

    private static LayerHealth units(String name, double dead, double saturated) {
        return new LayerHealth(name, "tanh", 0, 1, 1, dead, saturated, List.of());
    }

    private List<HealthWarning> judge(LayerHealth... layers) {
        return judge(0.1, 64, layers);
    }

    private List<HealthWarning> judge(double rate, int samples, LayerHealth... layers) {
        return rules.judge(++step, rate, samples, List.of(layers));
    }

    private void silent(LayerHealth... layers) {
        assertEquals(List.of(), judge(layers));
    }

    private static void warns(Kind kind, String layer, double factor, String words, List<HealthWarning> found) {
        assertEquals(1, found.size(), found.toString());
        HealthWarning warning = found.get(0);
        assertEquals(kind, warning.kind());
        assertEquals(layer, warning.layer());
        assertEquals(factor, warning.factor(), 1e-9 * factor);
        assertTrue(warning.text().contains(words), warning.text());
        assertTrue(warning.text().contains("What usually helps: "), warning.text());
    }

    @Test
    void healthyLayersSayNothing() {
        for (int i = 0; i < 5; i++) {
            silent(layer("a", 0.011, 0.09), layer("b", 99, 1.1e-5), units("c", 0.5, 0.5), layer("d", 1, 0.001));
        }
    }

    @Test
    void vanishingHasToShowTwiceInARowAndIsSaidOnce() {
        LayerHealth[] layers = {layer("a", 1e-5, 0.001), layer("b", 1e-3, 0.001), layer("c", 0.5, 0.001)};
        silent(layers);
        silent(layer("a", 1, 0.001), layer("b", 1, 0.001), layer("c", 0.5, 0.001));
        silent(layers);
        warns(
                Kind.VANISHING_GRADIENT,
                "a",
                50_000,
                "at a the gradient is 50,000 times smaller than at c, the last layer, so a and 1 more layer hardly learn",
                judge(layers));
        silent(layers);
    }

    @Test
    void explodingTowardsTheInputIsSaidAtOnce() {
        warns(
                Kind.EXPLODING_GRADIENT,
                "a",
                123,
                "on their way to the input: at a the gradient is 120 times larger than at b",
                judge(layer("a", 246, 0.001), layer("b", 2, 0.001)));
    }

    @Test
    void growthIsComparedWithTheStart() {
        silent(layer("a", 1, 0.001), layer("b", 1, 0.001));
        silent(layer("a", 99, 0.001), layer("b", 99, 0.001));
        warns(
                Kind.EXPLODING_GRADIENT,
                "a",
                4000,
                "at a the gradient is 4,000 times what it was at the start of training; so it is at 1 more layer",
                judge(layer("a", 4000, 0.001), layer("b", 300, 0.001)));
    }

    /** A net that leaves a plateau: the first layers' gradients come from next to nothing. */
    @Test
    void whatGrowsOutOfNothingDoesNotExplode() {
        silent(layer("a", 1e-5, 0.001), layer("b", 1, 0.001));
        silent(layer("a", 9, 0.001), layer("b", 1, 0.001));
    }

    @Test
    void mostUnitsAreDead() {
        assertEquals(List.of(), judge(0.1, 15, units("a", 0.9, NONE)));
        assertEquals(List.of(), judge(0.1, 15, units("a", 0.9, NONE)), "15 images say little about a unit");
        silent(units("a", 0.9, NONE));
        warns(Kind.DEAD_UNITS, "a", 0.9, "most units of a are dead: 90 % of them", judge(units("a", 0.9, NONE)));
        silent(units("a", 0.9, NONE));
    }

    @Test
    void mostOutputsAreSaturated() {
        silent(units("a", NONE, 0.75));
        warns(
                Kind.SATURATION,
                "a",
                0.75,
                "75 % of the outputs of a are at the flat ends of its tanh",
                judge(units("a", NONE, 0.75)));
    }

    @Test
    void aLargeStepHasToShowTwiceUnlessItIsAsLargeAsTheWeights() {
        silent(layer("a", 1, 0.2), layer("b", 1, 0.01));
        warns(
                Kind.LARGE_UPDATE,
                "a",
                0.3,
                "changed the weights of a by 0.30 of their size",
                judge(layer("a", 1, 0.3), layer("b", 1, 0.01)));
        warns(
                Kind.LARGE_UPDATE,
                "b",
                1.5,
                "changed the weights of b by 1.5 of their size",
                judge(layer("a", 1, 0.3), layer("b", 1, 1.5)));
    }

    @Test
    void aSmallStepIsNoWonderWhereTheRateIsLowOrTheNetHasLearned() {
        LayerHealth small = layer("a", 1, 5e-6);
        silent(layer("a", 1, 0.001));
        assertEquals(List.of(), judge(0.009, 64, small));
        assertEquals(List.of(), judge(0.009, 64, small));
        silent(layer("a", 1, 5e-6, 0.09));
        silent(layer("a", 1, 5e-6, 0.09));
        silent(small);
        warns(Kind.SMALL_UPDATE, "a", 5e-6, "they change the weights of a by 5.0e-06 of their size", judge(small));
    }

    @Test
    void smallStepsOfAVanishingGradientAreNotSaidAgain() {
        LayerHealth[] layers = {layer("a", 1e-5, 5e-6), layer("b", 1, 0.001)};
        silent(layers);
        assertEquals(Kind.VANISHING_GRADIENT, judge(layers).get(0).kind());
        silent(layers);
    }

    /** A run that is over is told apart by the trainer; here it must not be called healthy, or anything else. */
    @Test
    void whatIsNotFiniteIsNoCause() {
        silent(layer("a", Double.NaN, Double.NaN), layer("b", Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY));
        silent(layer("a", 0, 0, 0), layer("b", 0, 0, 0));
    }
}
