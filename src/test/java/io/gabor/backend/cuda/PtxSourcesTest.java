package io.gabor.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The PTX in the jar is made from the kernels beside it, and for all GPUs and drivers that Gabor supports. */
final class PtxSourcesTest {
    private static final Path KERNELS = Path.of("native-kernels");
    private static final Path RESOURCES = Path.of("src", "main", "resources", "io", "gabor", "backend", "cuda");
    private static final String REMEDY =
            "; run `make -C native-kernels ptx check` where there is nvcc, and commit the PTX with the sources";

    @Test
    void isMadeFromTheseSources() throws IOException {
        Map<String, String> recorded = new TreeMap<>();
        for (String line : Files.readAllLines(RESOURCES.resolve("sources.sha256"))) {
            if (!line.startsWith("#")) {
                recorded.put(line.substring(66), line.substring(0, 64));
            }
        }
        Map<String, String> found = new TreeMap<>();
        for (Path source : files(KERNELS, ".cu", ".cuh")) {
            found.put(source.getFileName().toString(), hash(source));
        }
        assertEquals(recorded, found, "the PTX is not made from these sources" + REMEDY);
        for (String name : found.keySet()) {
            if (name.endsWith(".cu")) {
                assertTrue(Files.exists(RESOURCES.resolve(name.replace(".cu", ".ptx"))), "no PTX of " + name + REMEDY);
            }
        }
    }

    /** A driver refuses PTX that is newer than itself, and a GPU PTX that is made for a newer one. */
    @Test
    void runsOnOldDriversAndGpus() throws IOException {
        for (Path ptx : files(RESOURCES, ".ptx")) {
            List<String> lines = Files.readAllLines(ptx);
            assertTrue(lines.contains(".version 6.4"), ptx + " is not of PTX version 6.4" + REMEDY);
            assertTrue(lines.contains(".target sm_75"), ptx + " is not for compute capability 7.5" + REMEDY);
        }
    }

    /**
     * nvcc makes the same PTX of the same sources up to the choice of registers, which differs between two runs of one
     * version. So signatures, shared memory, barriers and shuffles are compared, kernel by kernel.
     */
    @Test
    void isWhatTheCompilerMakes(@TempDir Path folder) throws IOException, InterruptedException {
        String recorded =
                Files.readAllLines(RESOURCES.resolve("sources.sha256")).get(0);
        assumeTrue(run(List.of("nvcc", "--version"), folder.resolve("version")) == 0, "there is no nvcc");
        String version = Files.readString(folder.resolve("version"));
        Matcher matcher = Pattern.compile("V([0-9.]+)").matcher(version);
        assertTrue(matcher.find(), version);
        assumeTrue(
                recorded.equals("# nvcc " + matcher.group(1)),
                "the PTX was made by another version (" + recorded + ") than this one, " + matcher.group(1));
        Path made = folder.resolve("ptx");
        List<String> command =
                List.of("make", "-s", "-C", KERNELS.toString(), "RESOURCES=" + made.toAbsolutePath(), "ptx");
        int code = run(command, folder.resolve("make"));
        assertEquals(0, code, Files.readString(folder.resolve("make")));
        for (Path ptx : files(RESOURCES, ".ptx")) {
            assertEquals(entries(made.resolve(ptx.getFileName())), entries(ptx), "nvcc makes another " + ptx + REMEDY);
        }
    }

    private static int run(List<String> command, Path output) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1; // there is no such command
        }
    }

    /** Returns for each entry what does not depend on the choice of registers. */
    private static Map<String, List<String>> entries(Path ptx) throws IOException {
        Map<String, List<String>> entries = new TreeMap<>();
        List<String> entry = new ArrayList<>();
        Pattern name = Pattern.compile("\\.entry (\\w+)\\(");
        int barriers = 0;
        for (String line : Files.readAllLines(ptx)) {
            Matcher matcher = name.matcher(line);
            if (matcher.find()) {
                entry = new ArrayList<>();
                entries.put(matcher.group(1), entry);
                barriers = 0;
            }
            String text = line.strip();
            if (text.startsWith(".param") || text.startsWith(".maxntid")) {
                entry.add(text);
            } else if (text.startsWith(".shared")) {
                entry.add(text.replaceAll(" _Z\\w+", ""));
            } else if (text.startsWith("bar") || text.startsWith("shfl")) {
                barriers++;
            } else if (text.equals("}")) {
                entry.add(barriers + " barriers and shuffles");
            }
        }
        return entries;
    }

    private static List<Path> files(Path folder, String... endings) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> Stream.of(endings).anyMatch(path.toString()::endsWith))
                    .sorted()
                    .toList();
        }
    }

    /** Without carriage returns: a checkout on Windows may have them. */
    private static String hash(Path file) throws IOException {
        String text = Files.readString(file).replace("\r", "");
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
