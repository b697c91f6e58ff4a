package io.gabor.backend.cuda;

import io.gabor.backend.BackendException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;

/**
 * Loads the native halves of the CUDA bindings, once per JVM, and turns what can go wrong into one line. The bindings link
 * against the driver's {@code libcuda.so.1} (or {@code nvcuda.dll}) and cuBLAS's {@code libcublas.so.12} (or
 * {@code cublas64_12.dll}), so loading them is how one finds out whether those are there.
 */
final class CudaNatives {
    private static final String TEMP = "java.io.tmpdir";

    private static Missing driver;
    private static boolean driverTried;
    private static String cublas;

    private CudaNatives() {}

    /** Why the bindings do not load, and what to do about it. */
    record Missing(String reason, String remedy) {}

    /** Loads the driver's bindings; returns null if they are usable. */
    static synchronized Missing loadDriver() {
        if (!driverTried) {
            driverTried = true;
            driver = tryDriver();
        }
        return driver;
    }

    private static Missing tryDriver() {
        if (!bindingsExist()) {
            return new Missing(
                    "there are no CUDA bindings for " + system(),
                    "CUDA runs on Linux and Windows on x86-64; use the cpu backend here");
        }
        // Exceptions stay off, as they are at first: results are checked by us, with the op's name.
        String failure = load(() -> JCudaDriver.setExceptionsEnabled(false));
        return failure == null ? null : explain(failure);
    }

    /** Loads the bindings of cuBLAS; returns null if they are usable, else the reason in a few words. */
    static synchronized String loadCublas() {
        if (cublas == null) {
            String failure = load(() -> JCublas2.setExceptionsEnabled(false));
            cublas = failure == null
                    ? ""
                    : failure.contains("libcublas.so.12: cannot open") || failure.contains("dependent libraries")
                            ? (windows() ? "cublas64_12.dll" : "libcublas.so.12") + " not found"
                            : failure;
        }
        return cublas.isEmpty() ? null : cublas;
    }

    static Missing explain(String failure) {
        if (failure.contains("libcuda.so.1: cannot open") || (windows() && failure.contains("dependent libraries"))) {
            return new Missing(
                    "no NVIDIA driver: " + (windows() ? "nvcuda.dll" : "libcuda.so.1") + " not found",
                    "install the NVIDIA driver; in a container, start it with GPU access (--gpus all)");
        }
        if (failure.contains("failed to map segment") || failure.contains("unpack")) {
            return new Missing(
                    "the CUDA bindings cannot be unpacked and loaded: " + failure,
                    "set -Djava.io.tmpdir to a folder that can be written to and is not mounted noexec");
        }
        return new Missing(
                "the CUDA bindings do not load: " + failure, "check the NVIDIA driver; nvidia-smi should list the GPU");
    }

    private static boolean windows() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows");
    }

    private static String system() {
        return System.getProperty("os.name") + " " + System.getProperty("os.arch");
    }

    private static boolean bindingsExist() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return (os.contains("linux") || os.contains("windows")) && (arch.equals("amd64") || arch.equals("x86_64"));
    }

    /**
     * Runs what makes JCuda load a library; returns null or the cause of the failure in one line.
     *
     * <p>JCuda unpacks to one file of fixed name in the temporary folder and takes whatever lies there: a file that another
     * JVM is just writing, or that another user put there. So on Linux it is sent to a folder of our own, which is removed
     * as soon as the library is loaded. Windows cannot remove it, but gives every user a temporary folder anyway.
     */
    private static String load(Runnable use) {
        if (windows()) {
            return attempt(use);
        }
        String temp = System.getProperty(TEMP);
        Path own;
        try {
            own = Files.createTempDirectory(Path.of(temp), "gabor-cuda");
        } catch (IOException | RuntimeException e) {
            return "cannot unpack them to " + temp + ": " + e;
        }
        System.setProperty(TEMP, own.toString());
        try {
            return attempt(use);
        } finally {
            System.setProperty(TEMP, temp);
            remove(own);
        }
    }

    private static void remove(Path folder) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new BackendException("cannot remove the temporary folder " + folder, e);
        }
    }

    private static String attempt(Runnable use) {
        try {
            use.run();
            return null;
        } catch (LinkageError | RuntimeException e) {
            return cause(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Returns the one line that matters of JCuda's message: it holds two stack traces, of which the second is that of the
     * library in the jar.
     */
    static String cause(String message) {
        String second = message.substring(Math.max(0, message.indexOf("as a resource:")));
        for (String line : second.split("\\R", -1)) {
            int at = line.indexOf("Error: ");
            if (at < 0) {
                at = line.indexOf("Exception: ");
            }
            if (at >= 0) {
                return line.substring(line.indexOf(": ", at) + 2).strip();
            }
        }
        return message.lines().findFirst().orElse("no reason given").strip();
    }
}
