package io.gabor.backend.cpu;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendOptions;
import io.gabor.backend.BackendProvider;
import io.gabor.backend.cpu.simd.KernelSelection;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.backend.cpu.simd.Processor;

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
        return Processor.model() + " (" + processors + (processors == 1 ? " processor), " : " processors), ") + threads
                + (threads == 1 ? " thread, " : " threads, ") + kernels.description()
                + (reason.isEmpty() ? "" : " (Vector API off: " + reason + ")");
    }
}
