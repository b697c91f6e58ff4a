package io.gabor.backend.cpu;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendOptions;
import io.gabor.backend.BackendProvider;
import io.gabor.backend.cpu.simd.KernelSelection;
import io.gabor.backend.cpu.simd.Kernels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Makes {@code cpu} backends: they run everywhere, fastest where the Vector API is there. */
public final class CpuProvider implements BackendProvider {
    static final String NAME = "cpu";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int priority() {
        return 50;
    }

    @Override
    public Availability probe() {
        return new Availability(
                true,
                device(BackendOptions.DEFAULT.resolvedThreads(), KernelSelection.kernels()),
                KernelSelection.remedy());
    }

    @Override
    public Backend open(BackendOptions options) {
        return new CpuBackend(options.resolvedThreads(), KernelSelection.kernels());
    }

    /** Returns the processor, the threads and what computes, for people. */
    static String device(int threads, Kernels kernels) {
        int processors = Runtime.getRuntime().availableProcessors();
        String reason = KernelSelection.reason();
        return processor() + " (" + processors + (processors == 1 ? " processor), " : " processors), ") + threads
                + (threads == 1 ? " thread, " : " threads, ") + kernels.description()
                + (reason.isEmpty() ? "" : " (Vector API off: " + reason + ")");
    }

    /** Returns the processor's model where the system tells it in a file, else the architecture. */
    private static String processor() {
        Path file = Path.of("/proc/cpuinfo");
        if (Files.isReadable(file)) {
            try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
                String model = lines.filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse("");
                if (!model.isEmpty()) {
                    return model;
                }
            } catch (IOException | UncheckedIOException e) {
                // The name is a courtesy; without it the architecture has to do.
                return System.getProperty("os.arch");
            }
        }
        return System.getProperty("os.arch");
    }
}
