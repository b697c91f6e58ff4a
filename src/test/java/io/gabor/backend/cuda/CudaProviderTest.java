package io.gabor.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each way in which CUDA can be missing, in a JVM of its own: the emulator plays the machine. */
class CudaProviderTest {
    @TempDir
    private Path folder;

    private String out;
    private String err;

    private void open(String backend, Map<String, String> environment, String... options) {
        environment(Emulator.folder().toString(), backend, environment, options);
    }

    private void environment(String libraries, String backend, Map<String, String> environment, String... options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(OpenInChild.class.getName());
        command.add(backend);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("GABOR_EMU_") || name.equals("JAVA_TOOL_OPTIONS"));
        builder.environment().put("LD_LIBRARY_PATH", libraries);
        builder.environment().putAll(environment);
        try {
            int code = builder.start().waitFor();
            out = Files.readString(folder.resolve("out"));
            err = Files.readString(folder.resolve("err"));
            assertEquals(0, code, out + err);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The probe says why and what to do, and so does opening it by name. */
    private void assertRefused(String reason, String remedy) {
        assertTrue(out.contains("probe: false | " + reason), out);
        assertTrue(out.contains("failed: BackendUnavailableException | backend cuda: " + reason), out);
        for (String line : out.split("\n", -1)) {
            assertTrue(line.isEmpty() || line.contains(remedy), line);
        }
    }

    @Test
    void opensWhereAllIsWell() {
        open("cuda", Map.of("GABOR_EMU_CC", "90", "GABOR_EMU_DRIVER", "13000"));
        assertTrue(out.contains("probe: true | Gabor emulator"), out);
        assertTrue(out.contains("compute capability 9.0, driver for CUDA 13.0, PTX compute_75, cuBLAS"), out);
        assertTrue(out.contains("added: 2.0 recorded"), out);
    }

    @Test
    void noDriver() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));
        Emulator.folder();
        environment(empty.toString(), "cuda", Map.of());
        assumeFalse(out.contains("probe: true"), "this machine has a driver of its own");
        assertRefused("no NVIDIA driver: libcuda.so.1 not found", "install the NVIDIA driver");
    }

    /** One warning with the remedy, then the next best backend. */
    @Test
    void autoWarnsOnceAndGoesOn() {
        open("auto", Map.of("GABOR_EMU_DEVICES", "0"));
        assertTrue(out.contains("opened: cpu"), out);
        List<String> warnings =
                err.lines().filter(line -> line.contains("backend cuda")).toList();
        assertEquals(1, warnings.size(), err);
        assertTrue(warnings.get(0).contains("finds no GPU") && warnings.get(0).contains("nvidia-smi"), err);
    }

    @Test
    void autoNamesTheWinner() {
        open("auto", Map.of());
        assertTrue(err.contains("INFO"), err);
        assertTrue(err.contains("backend cuda: Gabor emulator"), err);
        assertFalse(err.contains("WARN"), err);
    }

    @Test
    void noDevice() {
        open("cuda", Map.of("GABOR_EMU_DEVICES", "0"));
        assertRefused("the NVIDIA driver finds no GPU", "nvidia-smi");
        open("cuda", Map.of("GABOR_EMU_DEVICES", "0", "CUDA_VISIBLE_DEVICES", "7"));
        assertRefused("the NVIDIA driver finds no GPU (CUDA_VISIBLE_DEVICES=7)", "CUDA_VISIBLE_DEVICES names it");
    }

    @Test
    void oldDevice() {
        open("cuda", Map.of("GABOR_EMU_CC", "70"));
        assertRefused(
                "Gabor emulator (no GPU) has compute capability 7.0, and the kernels need 7.5", "use a newer GPU");
        open("cuda", Map.of("GABOR_EMU_CC", "75"));
        assertTrue(out.contains("added: 2.0"), out);
    }

    @Test
    void oldDriver() {
        open("cuda", Map.of("GABOR_EMU_DRIVER", "10000"));
        assertRefused(
                "the NVIDIA driver is too old: it supports CUDA 10.0, and the kernels need 10.1",
                "install a newer NVIDIA driver");
    }

    /** Without graphs a step is run op by op, and a warning says so. */
    @Test
    void aDriverWithoutGraphs() {
        open("cuda", Map.of("GABOR_EMU_DRIVER", "10010"));
        assertTrue(out.contains("added: 2.0 plainly"), out + err);
        assertTrue(err.contains("CUDA graphs need a driver for CUDA 11.4, found 10.1"), err);
    }

    @Test
    void whatTheDriverRefuses() {
        open("cuda", Map.of("GABOR_EMU_FAIL", "cuInit:803"));
        assertRefused("libcuda.so.1 does not fit the loaded kernel module", "restart the machine");
        open("cuda", Map.of("GABOR_EMU_FAIL", "cuInit:34"));
        assertRefused("libcuda.so.1 is the CUDA toolkit's stub", "stubs out of LD_LIBRARY_PATH");
        open("cuda", Map.of("GABOR_EMU_FAIL", "cuInit:999"));
        assertRefused("cuInit failed: CUDA_ERROR_UNKNOWN (999)", "nvidia-smi works");
        open("cuda", Map.of("GABOR_EMU_FAIL", "cuDevicePrimaryCtxRetain:2"));
        assertTrue(
                out.contains("failed: BackendUnavailableException | opening a context: CUDA_ERROR_OUT_OF_MEMORY"), out);
        assertTrue(out.contains("nvidia-smi lists them"), out);
        open("cuda", Map.of("GABOR_EMU_FAIL", "cuModuleLoadData:222"));
        assertTrue(out.contains("install a newer NVIDIA driver"), out);
        open("auto", Map.of("GABOR_EMU_FAIL", "cuModuleLoadData:222"));
        assertTrue(out.contains("opened: cpu"), out);
    }

    @Test
    void aStepThatCannotBeCaptured() {
        open("cuda", Map.of("GABOR_EMU_FAIL", "cuGraphInstantiateWithFlags:801"));
        assertTrue(out.contains("added: 2.0 plainly"), out + err);
        assertTrue(err.contains("CUDA_ERROR_NOT_SUPPORTED"), err);
    }

    @Test
    void noMemory() {
        open("cuda", Map.of("GABOR_EMU_MEMORY", "100"));
        assertTrue(
                out.matches("(?s).*out of memory: a workspace needs \\d{4} bytes, and 100 of 100 bytes are free.*"),
                out);
    }

    /** A machine with only a driver, and one with a newer CUDA, have no libcublas.so.12: the GEMM is ours. */
    @Test
    void noCublas() throws IOException {
        Path only = Files.createDirectories(folder.resolve("only"));
        Files.copy(Emulator.folder().resolve("libcuda.so.1"), only.resolve("libcuda.so.1"));
        environment(only.toString(), "cuda", Map.of());
        assertTrue(out.contains("opened: cuda"), out);
        assertTrue(out.contains("own GEMM") && out.contains("libcublas.so.12 not found"), out);
    }

    @Test
    void aTemporaryFolderThatIsNotThere() {
        open("cuda", Map.of(), "-Djava.io.tmpdir=" + folder.resolve("missing"));
        assertRefused("the CUDA bindings cannot be unpacked and loaded: cannot unpack them to", "-Djava.io.tmpdir");
    }

    /** What another user left in the temporary folder under the name that the bindings unpack to is not loaded. */
    @Test
    void aFileOfTheBindingsNameIsNotTrusted() throws IOException {
        Path temp = Files.createDirectories(folder.resolve("temp"));
        Path planted = temp.resolve("libJCudaDriver-12.6.0-linux-x86_64.so");
        Files.writeString(planted, "not a library");
        open("cuda", Map.of(), "-Djava.io.tmpdir=" + temp);
        assertTrue(out.contains("added: 2.0"), out);
        try (var files = Files.list(temp)) {
            assertEquals(
                    List.of(planted),
                    files.filter(f -> !f.getFileName().toString().startsWith("hsperf"))
                            .toList());
        }
    }
}
