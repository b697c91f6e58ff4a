package io.gabor.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What the bindings' loader says in forty lines becomes one. */
class CudaNativesTest {
    private static String message(String second) {
        return "Error while loading native library \"JCudaDriver-12.6.0-linux-x86_64\"\n"
                + "Operating system name: Linux\n"
                + "---(start of nested stack traces)---\n"
                + "Stack trace from the attempt to load the library as a file:\n"
                + "java.lang.UnsatisfiedLinkError: no JCudaDriver-12.6.0-linux-x86_64 in java.library.path: /usr/lib\n"
                + "\tat java.base/java.lang.ClassLoader.loadLibrary(ClassLoader.java:2434)\n"
                + "Stack trace from the attempt to load the library as a resource:\n"
                + second
                + "\n\tat java.base/java.lang.System.load(System.java:1912)\n"
                + "---(end of nested stack traces)---\n";
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void noDriver() {
        String cause = CudaNatives.cause(message("java.lang.UnsatisfiedLinkError: /tmp/libJCudaDriver.so: libcuda.so.1:"
                + " cannot open shared object file: No such file or directory"));
        assertTrue(cause.startsWith("/tmp/libJCudaDriver.so: libcuda.so.1: cannot open"), cause);
        CudaNatives.Missing missing = CudaNatives.explain(cause);
        assertEquals("no NVIDIA driver: libcuda.so.1 not found", missing.reason());
        assertTrue(missing.remedy().contains("--gpus all"), missing.remedy());
    }

    @Test
    void aFolderThatForbidsExecution() {
        CudaNatives.Missing missing = CudaNatives.explain(CudaNatives.cause(
                message("java.lang.UnsatisfiedLinkError: /tmp/libJCudaDriver.so: failed to map segment"
                        + " from shared object")));
        assertTrue(missing.remedy().contains("-Djava.io.tmpdir"), missing.remedy());
    }

    @Test
    void noLibraryInTheJar() {
        String cause = CudaNatives.cause(message(
                "java.io.IOException: No resource found with name '/lib/libJCudaDriver-12.6.0-linux-x86_64.so'"));
        assertEquals("No resource found with name '/lib/libJCudaDriver-12.6.0-linux-x86_64.so'", cause);
    }

    @Test
    void anythingElseStaysOneLine() {
        assertEquals("no reason given", CudaNatives.cause(""));
        assertEquals("a", CudaNatives.cause("a\nb"));
    }
}
