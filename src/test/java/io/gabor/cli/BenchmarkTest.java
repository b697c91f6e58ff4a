package io.gabor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.backend.Timeline;
import io.gabor.nn.Dense;
import io.gabor.nn.Network;
import io.gabor.nn.Sequential;
import io.gabor.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The order and the arithmetic of a benchmark, on workloads whose time is given. */
class BenchmarkTest {
    private final List<String> log = new ArrayList<>();

    /** Takes so long for a batch, in rounds of its own: a time for each of them; the warm-up takes the first one. */
    private final class Fake extends Workload {
        private final String name;
        private final double[] secondsPerBatch;
        private int rounds = -1;

        Fake(Network network, String name, double... secondsPerBatch) {
            super(network, name);
            this.name = name;
            this.secondsPerBatch = secondsPerBatch;
        }

        void start() {
            rounds++;
        }

        @Override
        long flopsPerImage() {
            return 1_000_000;
        }

        @Override
        double deviceSeconds(Timeline timeline, int batches) {
            throw new AssertionError("the reference has no device with a clock");
        }

        @Override
        double run(int batches) {
            log.add(name + " " + batches);
            return batches * secondsPerBatch[Math.max(rounds, 0)];
        }
    }

    @Test
    void alternatesAndTakesMedians() {
        try (Backend backend = Backends.select("reference");
                Network network = Network.inference(Sequential.of(new Dense(1)), Shape.of(1), backend, 4)) {
            Fake fast = new Fake(network, "fast", 0.01, 0.02, 0.04);
            Fake slow = new Fake(network, "slow", 3, 3, 3);
            List<Integer> rounds = new ArrayList<>();
            double[] ceilings = {5, 8, 7};
            int[] next = {0};
            Benchmark.Result result = new Benchmark(List.of(fast, slow), () -> ceilings[next[0]++], 0.1, 3)
                    .run(round -> {
                        rounds.add(round);
                        log.add("round");
                        if (round > 0) {
                            fast.start();
                            slow.start();
                        }
                    });
            assertEquals(List.of(0, 1, 2, 3), rounds);
            List<String> timed = log.subList(log.lastIndexOf("round") - 6, log.size());
            assertEquals(
                    List.of("round", "fast 10", "slow 1", "round", "fast 10", "slow 1", "round", "fast 10", "slow 1"),
                    timed);
            assertEquals(8, result.ceilingGflops());
            Benchmark.Timing first = result.timings().get(0);
            assertEquals(4 / 0.02, first.median(), 1e-9);
            assertEquals(4 / 0.04, first.min(), 1e-9);
            assertEquals(4 / 0.01, first.max(), 1e-9);
            assertEquals(200 * 1e6 / 1e9, first.gflops(), 1e-12);
            assertTrue(log.indexOf("slow 1") < log.lastIndexOf("round"), "at least one batch, however slow");
        }
    }
}
