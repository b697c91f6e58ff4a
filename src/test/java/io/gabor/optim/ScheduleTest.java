package io.gabor.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each schedule step by step against {@code torch.optim.lr_scheduler}'s definition in its other, recursive form: the rate
 * of a step from that of the step before ({@code get_lr}, PyTorch 2).
 */
final class ScheduleTest {
    private static final double RATE = 0.05;
    private static final int PER_EPOCH = 3;
    private static final int STEPS = 30;

    private interface Recursion {
        double next(double before, int step);
    }

    private static void follows(String text, double first, Recursion recursion) {
        Rates rates = Schedule.parse(text).start(RATE, PER_EPOCH, STEPS);
        double expected = first;
        assertEquals(first, rates.at(0), 1e-15, text);
        for (int step = 1; step < STEPS; step++) {
            expected = recursion.next(expected, step);
            assertEquals(expected, rates.at(step), 1e-14, text + ", step " + step);
        }
    }

    private static boolean startsEpoch(int step) {
        return step % PER_EPOCH == 0;
    }

    @Test
    void theConstantRateStays() {
        follows("constant", RATE, (before, step) -> before);
    }

    @Test
    void stepLr() {
        follows(
                "step:every=2",
                RATE,
                (before, step) -> startsEpoch(step) && step / PER_EPOCH % 2 == 0 ? before * 0.1 : before);
        follows("step:every=1,factor=0.7", RATE, (before, step) -> startsEpoch(step) ? before * 0.7 : before);
    }

    @Test
    void exponentialLr() {
        follows("exponential:factor=0.9", RATE, (before, step) -> startsEpoch(step) ? before * 0.9 : before);
    }

    @Test
    void cosineAnnealingLr() {
        for (double least : new double[] {0, 0.01}) {
            follows(
                    "cosine:min=" + least,
                    RATE,
                    (before, step) -> (1 + Math.cos(Math.PI * step / STEPS))
                                    / (1 + Math.cos(Math.PI * (step - 1) / STEPS))
                                    * (before - least)
                            + least);
        }
        Rates rates = Schedule.COSINE.start(1, 4, 4);
        assertEquals(0.8535533905932737, rates.at(1), 1e-15);
        assertEquals(0.5, rates.at(2), 1e-15);
        assertEquals(0, rates.at(4), 1e-15);
        assertEquals(0, rates.at(9), 1e-15, "behind the end");
    }

    /** Eleven steps, so that both phases have whole numbers of steps: the rise from 0 to 2, the fall from 2 to 10. */
    @Test
    void oneCycleInTwoPhases() {
        Rates rates = new OneCycle(0.1, 3.0 / 11, 25, 1e4, 2).start(RATE, 1, 11);
        double first = 0.1 / 25;
        double last = first / 1e4;
        double[] expected = {
            first,
            (first + 0.1) / 2,
            0.1,
            last + (0.1 - last) * (1 + Math.sqrt(2 + Math.sqrt(2)) / 2) / 2,
            last + (0.1 - last) * (1 + Math.sqrt(0.5)) / 2,
            last + (0.1 - last) * (1 + Math.sqrt(2 - Math.sqrt(2)) / 2) / 2,
            (0.1 + last) / 2,
            last + (0.1 - last) * (1 - Math.sqrt(2 - Math.sqrt(2)) / 2) / 2,
            last + (0.1 - last) * (1 - Math.sqrt(0.5)) / 2,
            last + (0.1 - last) * (1 - Math.sqrt(2 + Math.sqrt(2)) / 2) / 2,
            last
        };
        for (int step = 0; step < 11; step++) {
            assertEquals(expected[step], rates.at(step), 1e-15, "step " + step);
        }
        assertEquals(last, rates.at(12), 1e-15, "behind the end");
    }

    /** Twelve steps: up from 0 to 2, back from 2 to 4, on to 11. */
    @Test
    void oneCycleInThreePhases() {
        Rates rates = Schedule.parse("one-cycle:max=0.2,pct=0.25,div=10,final-div=100,phases=3")
                .start(RATE, 1, 12);
        double first = 0.02;
        double last = 0.0002;
        assertEquals(first, rates.at(0), 1e-15);
        assertEquals((first + 0.2) / 2, rates.at(1), 1e-15);
        assertEquals(0.2, rates.at(2), 1e-15);
        assertEquals((first + 0.2) / 2, rates.at(3), 1e-15);
        assertEquals(first, rates.at(4), 1e-15);
        assertEquals(last + (first - last) * (1 + Math.cos(Math.PI * 3 / 7)) / 2, rates.at(7), 1e-15);
        assertEquals(last, rates.at(11), 1e-15);
    }

    /** {@code OneCycleLR.get_lr} with phases whose ends are no whole steps. */
    @ParameterizedTest
    @CsvSource({"2,0.3,30", "2,0.29,17", "3,0.21,30", "3,0.5,8", "2,0,5", "2,1,5", "2,0.3,1", "2,0.1,4"})
    void oneCycleWithEndsBetweenSteps(int phases, double pct, int steps) {
        Rates rates = new OneCycle(0, pct, 25, 1e4, phases).start(RATE, 1, steps);
        double initial = RATE / 25;
        double[] ends = phases == 2
                ? new double[] {pct * steps - 1, steps - 1}
                : new double[] {pct * steps - 1, 2 * pct * steps - 2, steps - 1};
        double[] values = phases == 2
                ? new double[] {initial, RATE, initial / 1e4}
                : new double[] {initial, RATE, initial, initial / 1e4};
        for (int step = 0; step < steps; step++) {
            double start = 0;
            for (int phase = 0; phase < phases; phase++) {
                if (step <= ends[phase] || phase == phases - 1) {
                    // Where PyTorch divides by nothing, a phase without length is at its end.
                    double share = ends[phase] == start ? 1 : (step - start) / (ends[phase] - start);
                    double half = (1 + Math.cos(Math.PI * share)) / 2;
                    assertEquals(values[phase + 1] + (values[phase] - values[phase + 1]) * half, rates.at(step), 1e-15);
                    break;
                }
                start = ends[phase];
            }
        }
    }

    /** {@code SequentialLR([LinearLR, ...])}: in front the recursive form of LinearLR, behind it the other from its start. */
    @ParameterizedTest
    @ValueSource(strings = {"constant", "cosine", "step:every=1", "exponential:factor=0.5", "cosine:min=0.01"})
    void aWarmUpStandsInFrontOfAnySchedule(String behind) {
        int rise = 6;
        double from = 0.1;
        Rates then = Schedule.parse(behind).start(RATE, PER_EPOCH, STEPS - rise);
        follows(
                "warm-up:epochs=2,from=0.1+" + behind,
                RATE * from,
                (before, step) -> step < rise
                        ? before * (1 + (1 - from) / (rise * from + (step - 1) * (1 - from)))
                        : then.at(step - rise));
    }

    @Test
    void aWarmUpLeadsToWhereTheNextBegins() {
        Rates rates =
                Schedule.parse("warm-up:epochs=1,from=0+one-cycle:max=1,div=4").start(RATE, 4, 40);
        assertEquals(0, rates.at(0));
        assertEquals(0.125, rates.at(2), 1e-15);
        assertEquals(0.25, rates.at(4), 1e-15);
    }

    @Test
    void aWarmUpMayTakeAPartOfAnEpochAndAlwaysTakesAStep() {
        LongFunction<Double> half =
                Schedule.parse("warm-up:epochs=0.5,from=0.5").start(1, 8, 80)::at;
        assertEquals(0.875, half.apply(3), 1e-15);
        assertEquals(1, half.apply(4));
        assertEquals(
                0.5,
                Schedule.parse("warm-up:epochs=0.01,from=0.5").start(1, 8, 80).at(0));
    }

    @Test
    void aWarmUpAsLongAsTheRunIsRefused() {
        assertTrue(assertThrows(
                        IllegalArgumentException.class,
                        () -> Schedule.parse("warm-up:epochs=2").start(1, 5, 10))
                .getMessage()
                .contains("a rise of 10 steps leaves nothing of a run of 10"));
    }

    /** Jordan, 2024: {@code np.interp(step, [0, peak·T, T], [from, 1, to])}, and step by step the same distance. */
    @Test
    void aTriangleRisesAndFallsInStraightLines() {
        follows(
                "triangle:peak=0.2,from=0.5,to=0.1",
                RATE * 0.5,
                (before, step) -> before + (step <= 6 ? RATE * 0.5 / 6 : -RATE * 0.9 / 24));
        Rates falling = Schedule.parse("triangle:peak=0").start(1, 1, 4);
        assertEquals(1, falling.at(0));
        assertEquals(0.25, falling.at(3), 1e-15);
        assertEquals(0, falling.at(9), 1e-15, "behind the end");
        Rates rising = Schedule.parse("triangle:peak=1,from=0").start(1, 1, 4);
        assertEquals(0.75, rising.at(3), 1e-15);
        assertEquals(1, rising.at(4));
        assertEquals(0.2, Schedule.parse("triangle").start(1, 1, 1).at(0));
    }

    /** {@code ReduceLROnPlateau.step}: what must become of a rate of 1 after each of these losses. */
    @Test
    void reduceOnPlateau() {
        Rates rates = Schedule.parse("plateau:factor=0.5,patience=1,threshold=0.1,cooldown=1,min=0.2")
                .start(1, 1, 99);
        double[][] lossAndRate = {
            {4, 1}, // the first is the best so far
            {3.7, 1}, // not lower by a tenth: one bad epoch
            {3.5, 1}, // lower by more than a tenth of 4
            {3.5, 1}, // one
            {Double.NaN, 0.5}, // two, more than the patience
            {9, 0.5}, // cooling down: not counted
            {9, 0.5}, // one
            {9, 0.25}, // two
            {9, 0.25}, // cooling down
            {9, 0.25}, // one
            {9, 0.2}, // two; not below the least
            {9, 0.2},
            {9, 0.2},
            {9, 0.2}
        };
        for (double[] next : lossAndRate) {
            rates.validated(next[0]);
            assertEquals(next[1], rates.at(5), 1e-15, "after a loss of " + next[0]);
        }
    }

    @Test
    void onlyAPlateauNeedsValidationAndAWarmUpHandsItOn() {
        assertTrue(Schedule.parse("plateau").needsValidation());
        assertTrue(Schedule.parse("warm-up:epochs=1+plateau").needsValidation());
        assertFalse(Schedule.parse("warm-up:epochs=1+cosine").needsValidation());
        Rates rates =
                Schedule.parse("warm-up:epochs=1,from=0.5+plateau:patience=0").start(1, 4, 40);
        rates.validated(1);
        rates.validated(2);
        assertEquals(0.1, rates.at(4), 1e-15);
        assertEquals(0.05, rates.at(0), 1e-15);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "constant",
                "cosine",
                "cosine:min=1.0E-5",
                "step:every=2,factor=0.5",
                "step:every=30",
                "exponential:factor=0.95",
                "one-cycle",
                "one-cycle:max=0.01,pct=0.4",
                "one-cycle:max=0.01,div=10,final-div=1000,phases=3",
                "triangle",
                "triangle:peak=0.3,from=0.1,to=0.07",
                "plateau",
                "plateau:factor=0.5,patience=2,threshold=0.01,cooldown=3,min=1.0E-4",
                "warm-up:epochs=1",
                "warm-up:epochs=0.5,from=0.1+cosine",
                "warm-up:epochs=2+one-cycle:max=0.01"
            })
    void itsTextIsReadBack(String text) {
        Schedule schedule = Schedule.parse(text);
        assertEquals(text, schedule.toString());
        assertEquals(schedule, Schedule.parse(schedule.toString()));
    }

    @Test
    void settingsMayBeSpacedAndNumbersWrittenInAnyWay() {
        assertEquals(new StepDecay(2, 0.5), Schedule.parse("step: factor=5e-1, every = 2"));
        assertEquals(new OneCycle(0, 0.3, 25, 1e4, 2), Schedule.parse("one-cycle:final-div=1e+4"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "linear | there is no schedule 'linear'; there are constant, step, exponential, cosine, one-cycle",
                "Cosine | there is no schedule 'Cosine'",
                "cosine:1 | settings are written key=number with commas between them, found '1'",
                "cosine: | found ''",
                "step | schedule step needs every, as in step:every=10",
                "step:every=two | schedule step: every must be a number, found 'two'",
                "step:every=0 | every must be a whole number of at least 1, found 0",
                "step:every=1.5 | every must be a whole number of at least 1, found 1.5",
                "step:every=1,factor=0 | factor must be finite and above 0, found 0",
                "step:every=1,every=2 | every is given twice",
                "step:every=1,gamma=0.1 | schedule step has no setting 'gamma'; it has every, factor",
                "constant:rate=1 | schedule constant has no setting 'rate'; it has none",
                "exponential | schedule exponential needs factor, as in exponential:factor=0.95",
                "exponential:factor=NaN | factor must be finite and above 0, found NaN",
                "cosine:min=-1 | min must be finite and at least 0, found -1",
                "one-cycle:pct=1.5 | pct must be from 0 to 1, found 1.5",
                "one-cycle:pct=0.6,phases=3 | pct must be from 0 to 0.5, since three phases",
                "one-cycle:phases=4 | phases must be 2 or 3, found 4",
                "one-cycle:div=0 | div must be finite and above 0, found 0",
                "triangle:peak=2 | schedule triangle: peak must be from 0 to 1, found 2",
                "triangle:from=-1 | from must be from 0 to 1",
                "triangle:to=NaN | to must be from 0 to 1",
                "plateau:factor=1 | factor must be above 0 and below 1, found 1",
                "plateau:patience=-1 | patience must be a whole number of at least 0, found -1",
                "plateau:cooldown=0.5 | cooldown must be a whole number of at least 0, found 0.5",
                "plateau:threshold=2 | threshold must be from 0 to 1",
                "warm-up | schedule warm-up needs epochs, as in warm-up:epochs=1+cosine",
                "warm-up:epochs=0 | epochs must be finite and above 0",
                "warm-up:epochs=1,from=2 | from must be from 0 to 1, found 2",
                "warm-up:epochs=1+warm-up:epochs=1 | one rise is enough",
                "warm-up:epochs=1+linear | there is no schedule 'linear'",
                "cosine+constant | only warm-up stands in front of another schedule"
            })
    void saysWhatIsWrong(String text, String message) {
        String found = assertThrows(IllegalArgumentException.class, () -> Schedule.parse(text))
                .getMessage();
        assertTrue(found.contains(message), found);
    }
}
