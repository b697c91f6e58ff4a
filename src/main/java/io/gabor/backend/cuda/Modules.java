package io.gabor.backend.cuda;

import io.gabor.backend.BackendUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * The compiled kernels on the device. A kernel is named {@code gabor_<family>_<what>}; each family is one PTX resource,
 * {@code <family>.ptx} for compute capability 7.5, and may have a better one for newer GPUs, named
 * {@code <family>.compute_80.ptx}. Modules are loaded when their first kernel is asked for, and each kernel is looked up once.
 */
final class Modules {
    private static final int OLDEST = 75;
    private static final int[] VARIANTS = {80, OLDEST};
    private static final String REBUILD = "build the kernels again (make -C native-kernels) and then the jar";

    private final CudaContext context;
    private final Map<String, CUmodule> modules = new LinkedHashMap<>();
    private final Map<String, CUfunction> functions = new HashMap<>();
    private final TreeSet<Integer> chosen = new TreeSet<>();

    Modules(CudaContext context) {
        this.context = context;
    }

    /** Returns a kernel; looks it up in the first call only. */
    CUfunction function(String kernel) {
        CUfunction known = functions.get(kernel);
        if (known != null) {
            return known;
        }
        String family = kernel.split("_", 3)[1];
        CUmodule module = modules.get(family);
        if (module == null) {
            module = load(family);
            modules.put(family, module);
        }
        CUfunction function = new CUfunction();
        int result = JCudaDriver.cuModuleGetFunction(function, module, kernel);
        if (result == CUresult.CUDA_ERROR_NOT_FOUND) {
            throw new BackendUnavailableException("the PTX of " + family + " has no kernel " + kernel + "; " + REBUILD);
        }
        context.check(result, "open");
        functions.put(kernel, function);
        return function;
    }

    /** Returns which PTX was chosen, for people. */
    String description() {
        StringBuilder result = new StringBuilder("PTX");
        for (int variant : chosen) {
            result.append(" compute_").append(variant);
        }
        return result.toString();
    }

    private CUmodule load(String family) {
        for (int variant : VARIANTS) {
            String name = family + (variant == OLDEST ? "" : ".compute_" + variant) + ".ptx";
            byte[] image = context.device().capability() >= variant ? read(name) : null;
            if (image != null) {
                CUmodule module = load(name, image);
                chosen.add(variant);
                return module;
            }
        }
        throw new BackendUnavailableException(
                "the kernels of " + family + " are missing: there is no resource " + family + ".ptx; " + REBUILD);
    }

    private static byte[] read(String name) {
        try (InputStream in = Modules.class.getResourceAsStream(name)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new BackendUnavailableException("the resource " + name + " cannot be read: " + e.getMessage());
        }
    }

    private CUmodule load(String name, byte[] image) {
        context.makeCurrent("open");
        CUmodule module = new CUmodule();
        // the driver reads text up to a zero
        int result = JCudaDriver.cuModuleLoadData(module, Arrays.copyOf(image, image.length + 1));
        if (result == CUresult.CUDA_SUCCESS) {
            return module;
        }
        throw new BackendUnavailableException("the driver refuses the resource " + name + ": " + CudaErrors.text(result)
                + " on " + context.device() + "; " + remedy(result));
    }

    private static String remedy(int result) {
        return switch (result) {
            case CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION, CUresult.CUDA_ERROR_JIT_COMPILER_NOT_FOUND ->
                "install a newer NVIDIA driver";
            case CUresult.CUDA_ERROR_OUT_OF_MEMORY -> "free the memory that other programs hold on the GPU";
            default -> "the resource may be damaged: " + REBUILD;
        };
    }

    /** Unloads everything; returns the first result that was not a success, or success. */
    int close() {
        int first = CUresult.CUDA_SUCCESS;
        for (CUmodule module : modules.values()) {
            int result = JCudaDriver.cuModuleUnload(module);
            first = first == CUresult.CUDA_SUCCESS ? result : first;
        }
        modules.clear();
        functions.clear();
        return first;
    }
}
