package io.gabor.data;

/** The two parts of a data set: what a net learns from, and what it is judged by. */
public enum Split {
    TRAIN,
    TEST
}
