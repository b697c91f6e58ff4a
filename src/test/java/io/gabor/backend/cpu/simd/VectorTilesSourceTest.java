package io.gabor.backend.cpu.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class VectorTilesSourceTest {
    @Test
    void theTilesAreWhatTheirSourceWrites() throws IOException {
        assertEquals(
                withoutSpace(VectorTilesSource.text()),
                withoutSpace(Files.readString(VectorTilesSource.FILE)),
                "run VectorTilesSource.main, then mvn spotless:apply");
    }

    private static String withoutSpace(String text) {
        return text.replaceAll("\\s+", "");
    }
}
