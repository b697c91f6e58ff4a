package io.gabor.train;

/**
 * A test with a look at the classes.
 *
 * @param result loss and accuracy
 * @param metrics what the classes were taken for, and how sure of it the network was
 */
public record Evaluation(TestResult result, Metrics metrics) {}
