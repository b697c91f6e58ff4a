package io.gabor.backend.cpu.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CacheFolderTest {
    private static final Path HOME = Path.of("home").toAbsolutePath();
    private static final Path OTHER = Path.of("other").toAbsolutePath();

    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> properties = new HashMap<>(Map.of("user.home", HOME.toString()));

    private Optional<Path> on(String system) {
        properties.put("os.name", system);
        return CacheFolder.find(environment::get, properties::get);
    }

    @Test
    void eachSystemHasItsOwn() {
        assertEquals(Optional.of(HOME.resolve(".cache/gabor")), on("Linux"));
        assertEquals(Optional.of(HOME.resolve("Library/Caches/gabor")), on("Mac OS X"));
        assertEquals(Optional.of(HOME.resolve("AppData/Local/gabor")), on("Windows 11"));
    }

    @Test
    void theEnvironmentNamesAnother() {
        environment.put("XDG_CACHE_HOME", OTHER.toString());
        environment.put("LOCALAPPDATA", OTHER.resolve("local").toString());
        assertEquals(Optional.of(OTHER.resolve("gabor")), on("Linux"));
        assertEquals(Optional.of(HOME.resolve("Library/Caches/gabor")), on("Mac OS X"));
        assertEquals(Optional.of(OTHER.resolve("local/gabor")), on("Windows 11"));
        environment.put("XDG_CACHE_HOME", "relative");
        assertEquals(Optional.of(HOME.resolve(".cache/gabor")), on("Linux"));
    }

    @Test
    void thePropertyDecides() {
        properties.put(CacheFolder.PROPERTY, OTHER.toString());
        assertEquals(Optional.of(OTHER), on("Linux"));
        properties.put(CacheFolder.PROPERTY, "off");
        assertEquals(Optional.empty(), on("Linux"));
        properties.put(CacheFolder.PROPERTY, " ");
        assertEquals(Optional.of(HOME.resolve(".cache/gabor")), on("Linux"));
        properties.put(CacheFolder.PROPERTY, "no\0path");
        assertEquals(Optional.empty(), on("Linux"));
    }

    @Test
    void noHomeIsNoFolder() {
        properties.put("user.home", "?");
        assertEquals(Optional.empty(), on("Linux"));
        properties.remove("user.home");
        assertEquals(Optional.empty(), on("Linux"));
    }
}
