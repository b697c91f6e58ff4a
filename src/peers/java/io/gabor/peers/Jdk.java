package io.gabor.peers;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * A Java installation.
 *
 * @param home its folder
 * @param version as its file {@code release} says
 */
record Jdk(Path home, Runtime.Version version) {
    private static final int OLDEST = 17;

    /** Reads the version of the installation in a folder. */
    static Jdk of(Path home) throws IOException {
        Path release = home.resolve("release");
        if (!Files.isExecutable(home.resolve("bin").resolve("java")) || !Files.isReadable(release)) {
            throw new IOException(home + " is no Java installation: expected bin/java and a file 'release' in it");
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(release, StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        String version = properties.getProperty("JAVA_VERSION", "").replace("\"", "");
        return new Jdk(home.toRealPath(), Runtime.Version.parse(version));
    }

    /** Returns the oldest from 17 on and the newest of the installations beside the running one, that included. */
    static List<Jdk> oldestAndNewest() throws IOException {
        Path running = Path.of(System.getProperty("java.home")).toRealPath();
        List<Jdk> found = new ArrayList<>(List.of(of(running)));
        try (Stream<Path> neighbours = Files.list(running.getParent())) {
            for (Path home : neighbours.sorted().toList()) {
                if (Files.isExecutable(home.resolve("bin").resolve("java"))
                        && Files.isReadable(home.resolve("release"))) {
                    found.add(of(home));
                }
            }
        }
        found.removeIf(jdk -> jdk.version.feature() < OLDEST);
        Comparator<Jdk> byVersion = Comparator.comparing(Jdk::version);
        Jdk oldest = found.stream().min(byVersion).orElseThrow();
        Jdk newest = found.stream().max(byVersion).orElseThrow();
        return oldest.version.equals(newest.version) ? List.of(newest) : List.of(oldest, newest);
    }

    String java() {
        return home.resolve("bin").resolve("java").toString();
    }

    @Override
    public String toString() {
        return version.toString();
    }
}
