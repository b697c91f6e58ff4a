package io.gabor.backend.conformance;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Prints the coverage table and closes the backends when the last test of the whole run is done. */
final class ConformanceReport implements BeforeAllCallback {
    private static final Set<String> STARTED = new TreeSet<>();

    @Override
    public void beforeAll(ExtensionContext context) {
        STARTED.add(context.getRequiredTestClass().getSimpleName());
        context.getRoot()
                .getStore(ExtensionContext.Namespace.create(ConformanceReport.class))
                .getOrComputeIfAbsent(AtTheEnd.class);
    }

    /** Returns the simple names of the conformance classes that have run so far. */
    static Set<String> started() {
        return Set.copyOf(STARTED);
    }

    /** What JUnit closes at the end of the run. */
    static final class AtTheEnd implements AutoCloseable {
        @Override
        public void close() {
            System.out.print(Coverage.OF_THIS_RUN);
            Conformance.closeAll();
        }
    }
}
