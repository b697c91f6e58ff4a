package io.gabor.backend.conformance;

import io.gabor.backend.Backend;

/**
 * A backend under test and the reference that it is held to.
 *
 * @param coverage where the results are counted
 * @param bound the largest ‖out − ref‖ / ‖ref‖ that passes; 0 demands the same bits
 */
record BackendPair(Backend tested, Backend reference, Coverage coverage, double bound) {
    /** What is asked of an op in float. */
    static final double FLOAT_BOUND = 1e-5;

    @Override
    public String toString() {
        return tested.name();
    }
}
