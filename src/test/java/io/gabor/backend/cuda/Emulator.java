package io.gabor.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;

/** The emulator in native-kernels/emulator, as the tests see it. */
final class Emulator {
    /** Attributes of the device that only the emulator has; see native-kernels/README.md. */
    enum Count {
        LIVE_BUFFERS,
        LAUNCHES,
        ERRORS,
        LEAKED_BUFFERS
    }

    private static final int FIRST_ATTRIBUTE = 0x6AB0000;

    private Emulator() {}

    /**
     * Returns the folder with the emulator's libraries; where this JVM does not run on it, the test is skipped. In CI that
     * is allowed only to those JVMs that were not meant to.
     */
    static Path folder() {
        String folder = System.getProperty("gabor.emulator");
        assumeTrue(folder != null, "this JVM was not started on the emulator");
        Path path = Path.of(folder);
        boolean built = Files.exists(path.resolve("libcuda.so.1"));
        assertFalse(!built && "true".equals(System.getenv("CI")), "in CI the emulator must be there: " + path);
        assumeTrue(built, "the emulator was not built, for want of g++ or make; see the output of the build");
        return path;
    }

    /** Returns one of the emulator's counts. */
    static int count(Count count) {
        int[] value = new int[1];
        JCudaDriver.cuInit(0);
        CUdevice device = new CUdevice();
        JCudaDriver.cuDeviceGet(device, 0);
        int code = JCudaDriver.cuDeviceGetAttribute(value, FIRST_ATTRIBUTE + count.ordinal(), device);
        assertFalse(code != 0, "the driver is not the emulator: error " + code);
        return value[0];
    }
}
