package io.gabor.backend.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendOptions;
import io.gabor.backend.BackendProvider;

/** Opens backends for tests that need one: on a GPU, or on the emulator. */
final class OpenCuda {
    private OpenCuda() {}

    /** Skips the test where there is neither, and says why. */
    static void assumeUsable() {
        BackendProvider.Availability found = new CudaProvider().probe();
        assumeTrue(found.usable(), () -> "cuda cannot run here: " + found.detail() + "; " + found.remedy());
    }

    static Backend backend() {
        assumeUsable();
        return new CudaProvider().open(BackendOptions.DEFAULT);
    }

    static CudaContext context(Modules.Resources resources) throws CudaDevice.UnusableException {
        assumeUsable();
        return new CudaContext(CudaDevice.find(), resources);
    }
}
