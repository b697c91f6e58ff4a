package io.gabor.nn;

/** What a forward pass is for; some layers behave differently in training and in use. */
public enum Mode {
    /** A pass that a backward pass follows. */
    TRAIN,
    /** A pass whose output is all that matters. */
    INFER
}
