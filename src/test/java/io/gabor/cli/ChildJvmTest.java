package io.gabor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gabor.io.ModelFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process: the second start, exit codes, signals. */
class ChildJvmTest {
    private static final long SIGINT_BIT = 1L << (2 - 1);

    @TempDir
    private Path folder;

    private ProcessBuilder gabor(String extraClassPath, String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Dchild.flag=kept");
        // not the cache of the user who runs the tests
        command.add("-Dgabor.cache=" + folder.resolve("cache"));
        command.add("-cp");
        command.add(extraClassPath + System.getProperty("java.class.path"));
        command.add(Main.class.getName());
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().remove(Relaunch.OFF);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return builder;
    }

    private Map<?, ?> doctor(ProcessBuilder builder) throws Exception {
        Process process =
                builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assertEquals(0, process.waitFor(), Files.readString(folder.resolve("err")));
        return Run.json(folder.resolve("d.json"));
    }

    @Test
    void startsASecondTimeWhereTheModuleIsMissing() throws Exception {
        assumeTrue(ModuleFinder.ofSystem().find(Relaunch.MODULE).isPresent(), "a full JDK");
        Map<?, ?> json = doctor(gabor("", "doctor", "--json", "d.json"));
        assertEquals("relaunched", json.get("relaunch"));
    }

    @Test
    void theEnvironmentVariableTurnsItOff() throws Exception {
        ProcessBuilder builder = gabor("", "doctor", "--json", "d.json");
        builder.environment().put(Relaunch.OFF, "1");
        Map<?, ?> json = doctor(builder);
        assertEquals("turned_off", json.get("relaunch"));
        assertEquals(false, json.get("vectorApi"));
        assertTrue(Files.readString(folder.resolve("err")).contains("--add-modules " + Relaunch.MODULE));
    }

    @Test
    void theExitCodeComesThrough() throws Exception {
        Process process = gabor("", "trian").start();
        assertEquals(2, process.waitFor());
        assertTrue(Files.readString(folder.resolve("err")).contains("did you mean 'train'?"));
    }

    /** Small Java runtimes leave out what draws and reads images. */
    @Test
    void withoutTheDesktopModulePicturesAreRefusedInOneLine() throws Exception {
        for (String[] args : new String[][] {{"test", "--plot", "p.png"}, {"predict", "--model", "m", "p.png"}}) {
            ProcessBuilder builder = gabor("", args);
            builder.command()
                    .add(1, "--limit-modules=java.base,java.logging,java.management,java.net.http,jdk.unsupported");
            builder.environment().put(Relaunch.OFF, "1");
            Process process = builder.start();
            assertEquals(2, process.waitFor());
            String err = Files.readString(folder.resolve("err"));
            assertTrue(err.startsWith("gabor: ") && err.contains("java.desktop"), err);
            assertEquals(1, err.lines().count(), err);
        }
    }

    /** A backend that is wrong by one per cent is found out, with the exit code of a failed check. */
    @Test
    void aWrongBackendFailsTheCheck() throws Exception {
        Path services = Files.createDirectories(folder.resolve("classes/META-INF/services"));
        Files.writeString(
                services.resolve("io.gabor.backend.BackendProvider"), WrongBackendProvider.class.getName() + "\n");
        String[] args = {"check", "--model", "xor", "--backend", "wrong", "--json", "c.json"};
        Process process = gabor(folder.resolve("classes") + System.getProperty("path.separator"), args)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertEquals(1, process.waitFor(), Files.readString(folder.resolve("err")));
        assertEquals(false, Run.json(folder.resolve("c.json")).get("passed"));
    }

    private Process longTraining(boolean relaunch) throws IOException {
        ProcessBuilder builder = gabor(
                "",
                "train",
                "--model",
                "conv3x3-softmax",
                "--dataset",
                "digits",
                "--limit",
                "200",
                "--epochs",
                "1000000",
                "--test-limit",
                "10",
                "--save",
                "m.safetensors",
                "--json",
                "t.json");
        if (!relaunch) {
            builder.environment().put(Relaunch.OFF, "1");
        }
        return builder.start();
    }

    private void assertStoppedAndSaved(Process process, String signal, int code) throws Exception {
        assumeFalse(ignoresInterrupts(process), "this process was started with SIGINT ignored");
        StringBuilder printed = new StringBuilder();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String before = out.readLine();
            while (before != null && !before.startsWith("epoch ")) {
                before = out.readLine();
            }
            assertEquals(
                    0,
                    new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                            .start()
                            .waitFor());
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                printed.append(line).append('\n');
            }
        }
        assertEquals(code, process.waitFor(), printed.toString());
        assertTrue(printed.toString().contains("stopped by the user after step "), printed.toString());
        assertTrue(printed.toString().contains("saved to m.safetensors"), printed.toString());
        assertFalse(printed.toString().contains("test accuracy"), "no test behind a stop");
        ModelFile.read(folder.resolve("m.safetensors"));
        assertEquals(true, Run.json(folder.resolve("t.json")).get("stopped"));
    }

    private static boolean ignoresInterrupts(Process process) throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        if (!Files.exists(status)) {
            return false;
        }
        String ignored = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .map(line -> line.substring("SigIgn:".length()).strip())
                .findFirst()
                .orElse("0");
        return (Long.parseUnsignedLong(ignored, 16) & SIGINT_BIT) != 0;
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void anInterruptSavesTheModel() throws Exception {
        Process process = longTraining(false);
        try {
            assertStoppedAndSaved(process, "INT", 130);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aSignalToTheFirstJvmReachesTheSecond() throws Exception {
        Process process = longTraining(true);
        try {
            assertStoppedAndSaved(process, "TERM", 143);
        } finally {
            process.destroyForcibly();
        }
    }
}
