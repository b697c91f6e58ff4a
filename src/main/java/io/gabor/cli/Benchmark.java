package io.gabor.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleSupplier;
import java.util.function.IntConsumer;

/**
 * Times workloads against one another: after warming up, in rounds, one workload after the other in each round, so that
 * whatever slows the machine down for a while slows all of them. The ceiling is measured again in every round.
 */
final class Benchmark {
    private static final double MOST_BATCHES = 1e9;

    /** The warm-up ends after so many rounds' times, or after so many in a row without a real gain. */
    private static final int MOST_PERIODS = 30;

    private static final int IDLE_PERIODS = 3;

    private static final double FASTER = 0.97;

    /** A batch by the device's clock makes the host wait; a few of them are enough for a median. */
    private static final int MOST_DEVICE_BATCHES = 50;

    private final List<? extends Workload> workloads;
    private final DoubleSupplier ceiling;
    private final double seconds;
    private final int rounds;

    /**
     * Prepares a benchmark.
     *
     * @param ceiling measures the machine's multiply-adds in GFLOP/s
     * @param seconds that a workload gets in a round; at least one batch is run
     * @param rounds at least 1
     */
    Benchmark(List<? extends Workload> workloads, DoubleSupplier ceiling, double seconds, int rounds) {
        this.workloads = List.copyOf(workloads);
        this.ceiling = ceiling;
        this.seconds = seconds;
        this.rounds = rounds;
    }

    /**
     * What was found.
     *
     * @param ceilingGflops the highest of the rounds: noise can only make it smaller
     * @param timings one for each workload, in their order
     */
    record Result(double ceilingGflops, List<Timing> timings) {}

    /**
     * The rates of one workload.
     *
     * @param imagesPerSecond one for each round, ascending
     * @param gflops at the median rate
     * @param deviceSeconds of a batch, by the device's clock: the median of the rounds; empty where it has none
     */
    record Timing(Workload workload, double[] imagesPerSecond, double gflops, OptionalDouble deviceSeconds) {
        /** The middle one; of an even number, the mean of the two in the middle. */
        double median() {
            return Benchmark.median(imagesPerSecond);
        }

        double min() {
            return imagesPerSecond[0];
        }

        double max() {
            return imagesPerSecond[imagesPerSecond.length - 1];
        }
    }

    /** Runs it all; {@code beforeRound} is told the number of each round, from 1, and 0 for the warm-up. */
    Result run(IntConsumer beforeRound) {
        beforeRound.accept(0);
        int[] batches = workloads.stream().mapToInt(this::warmUp).toArray();
        double[][] rates = new double[workloads.size()][rounds];
        double[][] device = new double[workloads.size()][rounds];
        boolean[] clocked = new boolean[workloads.size()];
        double best = 0;
        for (int round = 0; round < rounds; round++) {
            beforeRound.accept(round + 1);
            best = Math.max(best, ceiling.getAsDouble());
            for (int w = 0; w < batches.length; w++) {
                Workload workload = workloads.get(w);
                double images = (double) batches[w] * workload.network().maxBatch();
                rates[w][round] = images / workload.run(batches[w]);
                OptionalDouble seconds = workload.deviceSeconds(Math.min(batches[w], MOST_DEVICE_BATCHES));
                clocked[w] = seconds.isPresent();
                device[w][round] = seconds.orElse(0);
            }
        }
        List<Timing> timings = new ArrayList<>();
        for (int w = 0; w < batches.length; w++) {
            Arrays.sort(rates[w]);
            Arrays.sort(device[w]);
            timings.add(new Timing(
                    workloads.get(w),
                    rates[w],
                    median(rates[w]) * workloads.get(w).flopsPerImage() / 1e9,
                    clocked[w] ? OptionalDouble.of(median(device[w])) : OptionalDouble.empty()));
        }
        return new Result(best, timings);
    }

    /** Returns the middle one of ascending values; of an even number, the mean of the two in the middle. */
    static double median(double[] ascending) {
        int n = ascending.length;
        return (ascending[(n - 1) / 2] + ascending[n / 2]) / 2;
    }

    /**
     * Runs the workload until it gets no faster: the JVM compiles what runs often, and under load that takes many seconds.
     * Returns how many batches fit into the time of a round at the best speed reached.
     */
    private int warmUp(Workload workload) {
        int batches = 1;
        double best = Double.POSITIVE_INFINITY;
        int idle = 0;
        for (int period = 0; period < MOST_PERIODS && idle < IDLE_PERIODS; ) {
            double took = workload.run(batches);
            double perBatch = Math.max(took / batches, 1e-9);
            idle = perBatch < FASTER * best ? 0 : idle + 1;
            best = Math.min(best, perBatch);
            int fitting = (int) Math.max(1, Math.min(seconds / best, MOST_BATCHES));
            if (batches * 2L < fitting) {
                batches *= 2;
                idle = 0;
            } else {
                batches = fitting;
                period++;
            }
        }
        return batches;
    }
}
