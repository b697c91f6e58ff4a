package io.gabor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gabor.backend.BackendProvider;
import io.gabor.backend.Backends;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bench} where the device has a clock of its own. */
class CudaBenchTest {
    @TempDir
    private Path folder;

    @Test
    void hasTheDevicesTimeBesideTheHosts() throws IOException {
        BackendProvider.Availability found = Backends.providers().stream()
                .filter(provider -> provider.name().equals("cuda"))
                .findFirst()
                .orElseThrow()
                .probe();
        assumeTrue(found.usable(), () -> "cuda cannot run here: " + found.detail());
        Path file = folder.resolve("b.json");
        Run run = Run.gabor(
                "bench",
                "--backend",
                "cuda",
                "--model",
                "digits01",
                "--batch",
                2,
                "--seconds",
                "0.01",
                "--rounds",
                2,
                "--json",
                file);
        assertEquals(0, run.code(), run.toString());
        assertTrue(run.out().lines().anyMatch(line -> line.contains("on the device")), run.out());
        Map<?, ?> json = Run.json(file);
        List<?> rows = (List<?>) json.get("rows");
        assertEquals(2, rows.size());
        for (Object element : rows) {
            Map<?, ?> row = (Map<?, ?>) element;
            assertTrue((Double) row.get("deviceSecondsPerBatch") > 0, row.toString());
            assertTrue((Double) row.get("secondsPerBatch") > 0, row.toString());
            assertNull(row.get("percentOfCeiling"), "the ceiling is the CPU's");
        }
        Map<?, ?> layers = (Map<?, ?>) ((List<?>) json.get("layers")).get(0);
        assertEquals("device", layers.get("clock"));
    }
}
