package io.gabor.train;

import java.util.List;

/**
 * How far a classifier's confidence can be trusted (Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural
 * Networks", ICML 2017). The confidence of a sample is its largest probability. Bin {@code m} of {@code M} holds the samples
 * with a confidence in {@code (m/M, (m+1)/M]}.
 *
 * @param bins all of them, from 0 to 1, the empty ones too
 */
public record Calibration(List<Bin> bins) {
    /** The number of bins that the paper uses. */
    public static final int BINS = 15;

    /**
     * The samples whose confidences are close to one another.
     *
     * @param samples how many there are
     * @param confidence their mean confidence, 0 for none
     * @param accuracy the share of them that is right, 0 for none
     */
    public record Bin(int samples, double confidence, double accuracy) {}

    public Calibration {
        bins = List.copyOf(bins);
    }

    /** Returns the expected calibration error: {@code Σ over the bins of samples/all · |accuracy − confidence|}. */
    public double expectedError() {
        double sum = 0;
        for (Bin bin : bins) {
            sum += bin.samples * Math.abs(bin.accuracy - bin.confidence);
        }
        return sum / bins.stream().mapToInt(Bin::samples).sum();
    }
}
