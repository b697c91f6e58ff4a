package io.gabor.backend.conformance;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendOptions;
import io.gabor.backend.BackendProvider;
import io.gabor.backend.Backends;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;

/** Finds the backends that the suite runs on and keeps one of each open until the end of the test run. */
final class Conformance {
    /** The backend that all others are held to. */
    static final String REFERENCE = "reference";

    private static final String PROPERTY = "gabor.conformance.backends";
    private static final String SECOND = ", a second instance";
    private static final Map<String, Backend> OPEN = new LinkedHashMap<>();

    private Conformance() {}

    /** One check on one pair of backends, with a name that holds its geometry. */
    record Check(String name, Body body) {
        /** What a check does; it throws an {@link AssertionError} where the backend is wrong. */
        interface Body {
            void run(BackendPair pair);
        }

        /** Returns it as a test of one backend; a failure's message begins with the test's name. */
        DynamicTest on(String backend, Supplier<BackendPair> pair) {
            String title = backend + ": " + name;
            return DynamicTest.dynamicTest(title, () -> {
                try {
                    body.run(pair.get());
                } catch (AssertionError e) {
                    throw new AssertionError(title + "\n" + e.getMessage(), e);
                }
            });
        }
    }

    /** Returns one test per backend and check, named {@code backend: geometry}. */
    static Stream<DynamicNode> onEveryBackend(List<Check> checks) {
        return forEveryBackend(provider -> checks.stream()
                .map(check -> DynamicTest.dynamicTest(
                        provider.name() + ": " + check.name(),
                        () -> check.body().run(pair(provider.name())))));
    }

    /** Returns a container per backend with these tests; for one that cannot run here, a skipped test with the reason. */
    static Stream<DynamicNode> forEveryBackend(Function<BackendProvider, Stream<DynamicTest>> tests) {
        return selected().stream().map(provider -> {
            BackendProvider.Availability found = provider.probe();
            if (found.usable()) {
                return DynamicContainer.dynamicContainer(provider.name(), tests.apply(provider));
            }
            String reason = "backend " + provider.name() + " cannot run here: " + found.detail() + " " + found.remedy();
            Executable skipped = demanded().isEmpty()
                    ? () -> Assumptions.abort(reason)
                    : () -> {
                        throw new AssertionError(reason + "; it was asked for by -D" + PROPERTY);
                    };
            return DynamicTest.dynamicTest(reason, skipped);
        });
    }

    /** Returns the backend of this name beside the reference, both shared by all tests. */
    static BackendPair pair(String name) {
        return new BackendPair(open(name, 0), open(REFERENCE, 0), Coverage.OF_THIS_RUN, BackendPair.FLOAT_BOUND);
    }

    /**
     * Returns a backend with so many threads (0: its default) beside a second instance with one thread, to be equal to
     * the bit; both shared by all tests.
     */
    static BackendPair threads(String name, int threads) {
        return new BackendPair(open(name, threads), open(name + SECOND, name, 1), new Coverage(), 0);
    }

    private static Backend open(String name, int threads) {
        return open(name + " with threads " + threads, name, threads);
    }

    private static synchronized Backend open(String key, String name, int threads) {
        return OPEN.computeIfAbsent(key, k -> Backends.select(name, new BackendOptions(threads)));
    }

    /** Closes what the tests opened. */
    static synchronized void closeAll() {
        OPEN.values().forEach(Backend::close);
        OPEN.clear();
    }

    private static List<BackendProvider> selected() {
        Set<String> demanded = demanded();
        List<BackendProvider> result = new ArrayList<>();
        for (BackendProvider provider : Backends.providers()) {
            if (demanded.isEmpty() ? !provider.name().equals(REFERENCE) : demanded.contains(provider.name())) {
                result.add(provider);
            }
        }
        if (result.size() < demanded.size()) {
            throw new AssertionError("-D" + PROPERTY + " asks for " + demanded + ", and there are only "
                    + Backends.providers().stream().map(BackendProvider::name).toList());
        }
        return result;
    }

    private static Set<String> demanded() {
        return Arrays.stream(System.getProperty(PROPERTY, "").split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toSet());
    }
}
