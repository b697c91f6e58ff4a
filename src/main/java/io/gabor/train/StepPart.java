package io.gabor.train;

/** The parts of a training step, in their order. */
public enum StepPart {
    /** Fetching the samples, normalised, and what belongs to them. */
    BATCH,
    /** The forward pass; layer by layer. */
    FORWARD,
    /** The loss and its gradient at the output. */
    LOSS,
    /** The backward pass; layer by layer. */
    BACKWARD,
    /** The update of all parameters. */
    OPTIMIZER,
    /** Keeping the loss, and moving on to the next batch. */
    BOOKKEEPING
}
