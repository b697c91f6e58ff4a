package io.gabor.backend.reference;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendOptions;
import io.gabor.backend.BackendProvider;

/** Makes {@code reference} backends: they run everywhere, and only where they are asked for by name. */
public final class ReferenceProvider implements BackendProvider {
    /** The name that selects this backend. */
    static final String NAME = "reference";

    /** What it runs on, for people. */
    static final String DEVICE = "plain loops in double precision, 1 thread";

    @Override
    public String name() {
        return NAME;
    }

    /** Below 0: correct everywhere, but far too slow to be anybody's automatic choice. */
    @Override
    public int priority() {
        return -1;
    }

    @Override
    public Availability probe() {
        return new Availability(true, DEVICE, "");
    }

    /** Opens it; the options change nothing, since there is always one thread. */
    @Override
    public Backend open(BackendOptions options) {
        return new ReferenceBackend();
    }
}
