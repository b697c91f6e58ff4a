package io.gabor.optim;

import java.util.List;

/** How the rate changes over a training run: a factor on the optimizer's rate for each step. */
public enum Schedule {
    /** The rate stays as it is. */
    CONSTANT {
        @Override
        public double factor(long step, long totalSteps) {
            return 1;
        }
    },
    /** Half a cosine from 1 down to 0 (Loshchilov and Hutter, 2017, without restarts): {@code (1 + cos(π·t/T)) / 2}. */
    COSINE {
        @Override
        public double factor(long step, long totalSteps) {
            return (1 + StrictMath.cos(Math.PI * Math.min(step, totalSteps) / Math.max(totalSteps, 1))) / 2;
        }
    };

    /**
     * Returns what the rate is multiplied with.
     *
     * @param step the number of steps taken before this one, from 0
     * @param totalSteps the steps of the whole run
     */
    public abstract double factor(long step, long totalSteps);

    /**
     * Returns the schedule of this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Schedule parse(String name) {
        for (Schedule schedule : values()) {
            if (schedule.toString().equals(name)) {
                return schedule;
            }
        }
        throw new IllegalArgumentException("there is no schedule '" + name + "'; there are " + List.of(values()));
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
