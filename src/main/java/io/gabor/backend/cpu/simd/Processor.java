package io.gabor.backend.cpu.simd;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the processor is called. */
public final class Processor {
    private static final String MODEL = find();

    private Processor() {}

    /** Returns the model where the system tells it in a file or the environment, else the architecture. */
    public static String model() {
        return MODEL;
    }

    private static String find() {
        String architecture = System.getProperty("os.arch");
        Path file = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(file)) {
            String windows = System.getenv("PROCESSOR_IDENTIFIER");
            return windows == null || windows.isBlank() ? architecture : windows.strip();
        }
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("model name")
                        && !line.substring(line.indexOf(':') + 1).isBlank()) {
                    return line.substring(line.indexOf(':') + 1).strip();
                }
            }
        } catch (IOException e) {
            // The name is a courtesy; without it the architecture has to do.
            return architecture;
        }
        return architecture;
    }
}
