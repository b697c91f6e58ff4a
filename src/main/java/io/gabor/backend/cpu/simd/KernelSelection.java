package io.gabor.backend.cpu.simd;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides once per JVM which kernels run: the Vector API's where its module is there and the processor has what they
 * need, in plain loops until they are compiled; else the scalar twin. A fall to the scalar twin that nobody asked for is
 * said in one warning.
 */
public final class KernelSelection {
    /**
     * The system property about the Vector API: {@code off} turns it off, {@code on} calls its kernels from the start, also
     * while they are not compiled; else plain loops compute until they are.
     */
    public static final String PROPERTY = "gabor.simd";

    private static final String MODULE = "jdk.incubator.vector";

    private KernelSelection() {}

    private static final class Holder {
        static final Kernels KERNELS = select();
    }

    /** Returns the kernels of this JVM. */
    public static Kernels kernels() {
        return Holder.KERNELS;
    }

    /** Returns why the Vector API is not used, or an empty string where it is. */
    public static String reason() {
        if ("off".equals(System.getProperty(PROPERTY))) {
            return "-D" + PROPERTY + "=off";
        }
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return "the module " + MODULE + " is not resolved";
        }
        if (!FusedMultiplyAdd.IN_HARDWARE) {
            return "the processor or JVM has no fused multiply-add";
        }
        return VectorKernels.LANES < 4 ? "the processor's vectors hold fewer than 4 floats" : "";
    }

    /** Returns what a user can do to have the Vector API, or an empty string. */
    public static String remedy() {
        if ("off".equals(System.getProperty(PROPERTY))) {
            return "leave out -D" + PROPERTY + "=off";
        }
        return ModuleLayer.boot().findModule(MODULE).isEmpty()
                ? "start java with --add-modules " + MODULE + " for several times the speed"
                : "";
    }

    private static Kernels select() {
        String reason = reason();
        if (reason.isEmpty()) {
            TileChoice choice = TileCalibration.choice();
            return "on".equals(System.getProperty(PROPERTY))
                    ? new VectorKernels(choice)
                    : new WarmingKernels(choice, new WarmUpQueue());
        }
        if (!"off".equals(System.getProperty(PROPERTY))) {
            Logger log = LoggerFactory.getLogger(KernelSelection.class);
            String remedy = remedy();
            log.warn("cpu: scalar kernels, because {}{}", reason, remedy.isEmpty() ? "" : "; " + remedy);
        }
        return new ScalarKernels();
    }
}
