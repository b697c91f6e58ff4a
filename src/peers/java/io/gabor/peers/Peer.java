package io.gabor.peers;

/** An engine in this JVM: makes what is to be measured. */
interface Peer {
    /** Returns what computes, with its version and its threads. */
    String description();

    /** Builds the net, takes the samples into the engine's memory and runs one batch. */
    Task prepare(Work work);

    /** A prepared work. */
    interface Task {
        /** Runs for about so many seconds; at least one call. Returns the calls per second. */
        double run(double seconds);

        /** Returns the loss of the last training step, or the mean over the last ones; NaN where nothing is trained. */
        double loss();
    }

    /** A task that is one call after the other. */
    abstract class Calls implements Task {
        /** Called before the first of many calls; not timed. */
        void begin() {}

        /** One call; {@code number} counts up from 0. The result is there when it returns. */
        abstract void call(int number);

        @Override
        public double loss() {
            return Double.NaN;
        }

        @Override
        public final double run(double seconds) {
            begin();
            long start = System.nanoTime();
            int calls = 0;
            double took;
            do {
                call(calls++);
                took = (System.nanoTime() - start) / 1e9;
            } while (took < seconds);
            return calls / took;
        }
    }
}
