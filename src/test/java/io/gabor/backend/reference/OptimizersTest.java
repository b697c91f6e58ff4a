package io.gabor.backend.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.OptimizerOp;
import io.gabor.backend.OptimizerSpec;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Trajectories of one parameter, written out. */
final class OptimizersTest extends Fixture {
    private static final double[] GRADIENTS = {1, -2, 3, 0, 0.5};

    /** Returns the parameter after each step from 1, with rate 0.1. */
    private double[] run(OptimizerSpec spec, double... gradients) {
        Tensor p = of(1);
        Tensor g = of(0);
        List<Tensor> state = new ArrayList<>();
        for (int s = 0; s < spec.stateCount(); s++) {
            state.add(of(0));
        }
        double[] trajectory = new double[gradients.length];
        try (OptimizerOp op = backend.optimizer(spec, List.of(new OptimizerOp.Slot(p, g, state)))) {
            for (int t = 1; t <= gradients.length; t++) {
                backend.upload(new double[] {gradients[t - 1]}, 1, g);
                op.step(of(0.1), ints(t));
                holds(g, gradients[t - 1]);
                trajectory[t - 1] = numbers(p)[0];
            }
        }
        return trajectory;
    }

    private static void assertTrajectory(double[] found, double... expected) {
        for (int t = 0; t < expected.length; t++) {
            assertEquals(expected[t], found[t], EXACT, "after step " + (t + 1));
        }
    }

    @Test
    void sgd() {
        assertTrajectory(run(new OptimizerSpec.Sgd(0, false, 0), 1, -2, 3), 0.9, 1.1, 0.8);
        // g + 0.5·p: 1.5, then 1 + 0.425
        assertTrajectory(run(new OptimizerSpec.Sgd(0, false, 0.5), 1, 1), 0.85, 0.7075);
    }

    /** v = 1, 1.9, 2.71. */
    @Test
    void momentum() {
        assertTrajectory(run(new OptimizerSpec.Sgd(0.9, false, 0), 1, 1, 1), 0.9, 0.71, 0.439);
    }

    /** g + 0.9·v = 1.9, 2.71, 3.439. */
    @Test
    void nesterov() {
        assertTrajectory(run(new OptimizerSpec.Sgd(0.9, true, 0), 1, 1, 1), 0.81, 0.539, 0.1951);
    }

    /** The textbook's form with corrected moments, which the seam's formula rearranges. */
    @Test
    void adam() {
        double p = 1;
        double m = 0;
        double v = 0;
        double[] found = run(new OptimizerSpec.Adam(0.9, 0.999, 1e-3, 0.2, false), GRADIENTS);
        for (int t = 1; t <= GRADIENTS.length; t++) {
            double g = GRADIENTS[t - 1] + 0.2 * p;
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            p -= 0.1 * (m / (1 - Math.pow(0.9, t))) / (Math.sqrt(v / (1 - Math.pow(0.999, t))) + 1e-3);
            assertEquals(p, found[t - 1], EXACT, "after step " + t);
        }
    }

    @Test
    void adamW() {
        double p = 1;
        double m = 0;
        double v = 0;
        double[] found = run(new OptimizerSpec.Adam(0.8, 0.99, 1e-8, 0.2, true), GRADIENTS);
        for (int t = 1; t <= GRADIENTS.length; t++) {
            double g = GRADIENTS[t - 1];
            p *= 1 - 0.1 * 0.2;
            m = 0.8 * m + 0.2 * g;
            v = 0.99 * v + 0.01 * g * g;
            p -= 0.1 * (m / (1 - Math.pow(0.8, t))) / (Math.sqrt(v / (1 - Math.pow(0.99, t))) + 1e-8);
            assertEquals(p, found[t - 1], EXACT, "after step " + t);
        }
    }

    /** The first step of Adam is the rate against the gradient's sign, whatever its size. */
    @Test
    void adamsFirstStepIsTheRate() {
        for (double gradient : new double[] {1e-3, 7, -1e5}) {
            double p = run(new OptimizerSpec.Adam(0.9, 0.999, 1e-12, 0, false), gradient)[0];
            assertEquals(1 - 0.1 * Math.signum(gradient), p, 1e-8);
        }
    }

    /** The value follows what stands in the gradient's place: at first nearly at once, in the end by the decay. */
    @Test
    void average() {
        double[] followed = new double[200];
        for (int t = 1; t <= followed.length; t++) {
            followed[t - 1] = Math.sin(t) + 0.01 * t;
        }
        double[] found = run(new OptimizerSpec.Average(0.9), followed);
        double a = 1;
        for (int t = 1; t <= followed.length; t++) {
            double keep = (1.0 + t) / (10.0 + t);
            a += (1 - (t < 80 ? keep : 0.9)) * (followed[t - 1] - a);
            assertEquals(a, found[t - 1], 1e-12, "after step " + t);
        }
        assertEquals(1 * 2 / 11.0 + 9 / 11.0 * followed[0], found[0], EXACT);
    }

    @Test
    void demandsItsState() {
        OptimizerOp.Slot slot = new OptimizerOp.Slot(of(1), of(1), List.of(of(0)));
        IllegalArgumentException error = assertThrows(
                IllegalArgumentException.class,
                () -> backend.optimizer(new OptimizerSpec.Adam(0.9, 0.999, 1e-8, 0, false), List.of(slot)));
        assertTrue(error.getMessage().contains("keeps 2 tensors of state"), error.getMessage());
    }
}
