package io.gabor.backend.conformance;

import io.gabor.backend.Backend;

/**
 * A backend under test and the reference that it is held to.
 *
 * @param coverage where the results are counted
 */
record BackendPair(Backend tested, Backend reference, Coverage coverage) {
    @Override
    public String toString() {
        return tested.name();
    }
}
