package io.gabor.backend;

/** The timeline of a backend whose ops are done when they return: the host's clock, read at each mark. */
final class WallClock implements Timeline {
    private final long[] nanos;
    private final boolean[] set;

    WallClock(int marks) {
        nanos = new long[marks];
        set = new boolean[marks];
    }

    @Override
    public boolean onDevice() {
        return false;
    }

    @Override
    public void mark(int index) {
        nanos[index] = System.nanoTime();
        set[index] = true;
    }

    @Override
    public double seconds(int from, int to) {
        if (!set[from] || !set[to]) {
            throw new IllegalStateException("timeline: mark " + (set[from] ? to : from) + " has not been set");
        }
        return (nanos[to] - nanos[from]) / 1e9;
    }

    @Override
    public void close() {
        // Nothing but memory of the JVM.
    }
}
