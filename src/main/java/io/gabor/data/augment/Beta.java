package io.gabor.data.augment;

import io.gabor.tensor.Philox;

/** Draws from the distribution Beta(a, a): with two numbers from Gamma(a), the part that the first has of their sum. */
final class Beta {
    private Beta() {}

    /** Returns a number from 0 to 1. */
    static double draw(Philox random, double a) {
        double first = logGamma(random, a);
        double second = logGamma(random, a);
        return 1 / (1 + StrictMath.exp(second - first));
    }

    /**
     * Returns the logarithm of a number from Gamma(a): Marsaglia and Tsang ("A Simple Method for Generating Gamma
     * Variables", ACM TOMS 26, 2000), with their step from a + 1 to a where a is below 1. The number itself may be too
     * small for a double.
     */
    private static double logGamma(Philox random, double a) {
        if (a < 1) {
            return logGamma(random, a + 1) + StrictMath.log(1 - random.nextDouble()) / a;
        }
        double d = a - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = random.nextGaussian();
            double v = 1 + c * x;
            if (v > 0) {
                double cubed = v * v * v;
                double u = 1 - random.nextDouble();
                if (StrictMath.log(u) < 0.5 * x * x + d - d * cubed + d * StrictMath.log(cubed)) {
                    return StrictMath.log(d * cubed);
                }
            }
        }
    }
}
