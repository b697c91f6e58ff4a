package io.gabor.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device with little memory, which the emulator plays in a JVM of its own: 100 images of 90,000 bytes on 16 MB. */
class CudaMemoryTest {
    private static final String SMALL = "16000000";
    private static final String LARGE = "100000000";

    @TempDir
    private Path folder;

    private String out;
    private String err;

    @BeforeEach
    void onTheEmulator() {
        String emulator = System.getProperty("gabor.emulator");
        assumeTrue(emulator != null, "this JVM was not started on the emulator");
        assumeTrue(Files.exists(Path.of(emulator, "libcuda.so.1")), "the emulator was not built");
    }

    private void train(String memory, int batch) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        TrainInChild.class.getName(),
                        Integer.toString(batch))
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().put("LD_LIBRARY_PATH", System.getProperty("gabor.emulator"));
        builder.environment().put("GABOR_EMU_MEMORY", memory);
        builder.environment().put("GABOR_EMU_REPORT", folder.resolve("report").toString());
        int code = builder.start().waitFor();
        out = Files.readString(folder.resolve("out"));
        err = Files.readString(folder.resolve("err"));
        assertEquals(0, code, out + err);
        assertTrue(out.contains("left: 0"), out);
        List<String> report = Files.readAllLines(folder.resolve("report"));
        assertTrue(report.contains("leaked_buffers 0"), report.toString());
        assertTrue(report.contains("errors 0"), report.toString());
    }

    private List<String> staging() {
        return err.lines()
                .filter(line -> line.contains("each batch is uploaded before its step"))
                .toList();
    }

    @Test
    void aSetThatDoesNotFitGivesTheSameBitsBatchByBatch() throws Exception {
        train(LARGE, 8);
        String whole = out;
        assertTrue(whole.contains("weights: ["), out);
        assertEquals(List.of(), staging());
        train(SMALL, 8);
        assertEquals(whole, out);
        assertEquals(1, staging().size(), err);
        assertTrue(staging().get(0).contains("100 samples of large (9000800 bytes)"), err);
    }

    @Test
    void aBatchThatDoesNotFitSaysWhichWould() throws Exception {
        train(SMALL, 64);
        assertTrue(out.contains("failed: OutOfMemoryException | allocate: out of memory"), out);
        assertTrue(out.contains("of 16000000 bytes are free"), out);
        assertTrue(out.contains("training with batch 64 needs"), out);
        Matcher largest =
                Pattern.compile("the largest batch that fits is (\\d+)").matcher(out);
        assertTrue(largest.find(), out);
        int fits = Integer.parseInt(largest.group(1));
        assertFalse(fits > 30, "64 did not fit by far: " + fits);
        train(SMALL, fits + 1);
        assertTrue(out.contains("failed: OutOfMemoryException"), out);
    }
}
