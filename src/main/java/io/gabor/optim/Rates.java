package io.gabor.optim;

/** The learning rates of one run, made by {@link Schedule#start}. */
public interface Rates {
    /**
     * Returns the rate of a step.
     *
     * @param step the number of steps taken before this one, from 0; may be asked for in any order
     */
    double at(long step);

    /** Told the validation loss at the end of an epoch; what goes by it gives other rates from then on. */
    default void validated(double loss) {}
}
