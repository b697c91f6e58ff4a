package io.gabor.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BackendsTest {
    private static BackendProvider reference() {
        return Backends.providers().stream()
                .filter(provider -> provider.name().equals("reference"))
                .findAny()
                .orElseThrow();
    }

    @Test
    void listsThePreferredFirst() {
        List<Integer> priorities =
                Backends.providers().stream().map(BackendProvider::priority).toList();
        assertEquals(priorities.stream().sorted(Comparator.reverseOrder()).toList(), priorities);
    }

    @Test
    void opensByName() {
        try (Backend backend = Backends.select("reference", new BackendOptions(4))) {
            assertEquals("reference", backend.name());
            assertEquals(1, backend.threads());
        }
        assertTrue(reference().probe().usable());
    }

    /** Where only the reference is there, auto has nothing to choose from and says so. */
    @Test
    void autoNeverPicksTheReference() {
        assertTrue(reference().priority() < 0);
        boolean other = Backends.providers().stream()
                .anyMatch(
                        provider -> provider.priority() >= 0 && provider.probe().usable());
        if (other) {
            try (Backend backend = Backends.auto()) {
                assertNotEquals("reference", backend.name());
            }
        } else {
            assertThrows(BackendUnavailableException.class, Backends::auto);
        }
    }

    @Test
    void anUnknownNameListsTheKnownOnes() {
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> Backends.select("gpu"));
        assertTrue(error.getMessage().contains("'gpu'"), error.getMessage());
        assertTrue(error.getMessage().contains("auto"), error.getMessage());
        assertTrue(error.getMessage().contains("reference"), error.getMessage());
    }

    @Test
    void threadsAreLimited() {
        assertThrows(IllegalArgumentException.class, () -> new BackendOptions(-1));
        assertThrows(IllegalArgumentException.class, () -> new BackendOptions(BackendOptions.MAX_THREADS + 1));
        assertEquals(3, new BackendOptions(3).resolvedThreads());
        assertTrue(BackendOptions.DEFAULT.resolvedThreads() >= 1);
    }
}
