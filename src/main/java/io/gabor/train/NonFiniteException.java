package io.gabor.train;

/** Training that has produced an infinity or NaN. The network holds the last parameters that were finite. */
public final class NonFiniteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long step;
    private final String layer;

    /**
     * @param layer what {@link #layer} returns
     * @param what the value, with whose it is
     */
    NonFiniteException(long step, String layer, String what, String advice) {
        super("training stopped at step " + step + ": " + what + " is not finite (infinite or NaN); " + advice);
        this.step = step;
        this.layer = layer;
    }

    /** Returns the step, counted from 1. */
    public long step() {
        return step;
    }

    /**
     * Returns the name of the first layer whose output, gradient or parameter is not finite; {@code the loss} if only that
     * is not.
     */
    public String layer() {
        return layer;
    }
}
