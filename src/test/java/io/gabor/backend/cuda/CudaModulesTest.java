package io.gabor.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.BackendUnavailableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Kernels that are missing or damaged are named, with what to do. */
class CudaModulesTest {
    private static BackendUnavailableException refused(Modules.Resources resources, String kernel)
            throws CudaDevice.UnusableException {
        CudaContext context = OpenCuda.context(resources);
        try {
            return assertThrows(
                    BackendUnavailableException.class, () -> context.modules().function(kernel));
        } finally {
            context.close();
        }
    }

    private static Modules.Resources changed(UnaryOperator<String> change) {
        return name -> {
            try (InputStream in = Modules.FROM_JAR.open(name)) {
                if (in == null) {
                    return null;
                }
                String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                return new ByteArrayInputStream(change.apply(text).getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        };
    }

    @Test
    void missingResource() throws CudaDevice.UnusableException {
        String message = refused(name -> null, "gabor_softmax_forward").getMessage();
        assertTrue(message.contains("no resource softmax.ptx"), message);
        assertTrue(message.contains("make -C native-kernels"), message);
    }

    @Test
    void missingKernel() throws CudaDevice.UnusableException {
        String message = refused(Modules.FROM_JAR, "gabor_softmax_sideways").getMessage();
        assertTrue(message.contains("no kernel gabor_softmax_sideways"), message);
    }

    @Test
    void damagedResource() throws CudaDevice.UnusableException {
        for (UnaryOperator<String> damage : List.<UnaryOperator<String>>of(
                text -> "",
                text -> text.replace(".version", ".verszion"),
                text -> text.substring(0, text.length() / 2))) {
            String message = refused(changed(damage), "gabor_softmax_forward").getMessage();
            assertTrue(message.contains("the driver refuses the resource softmax.ptx"), message);
            assertTrue(message.contains("damaged"), message);
        }
    }

    /** What an old driver says to the PTX of a newer one. */
    @Test
    void tooNewForTheDriver() throws CudaDevice.UnusableException {
        String message = refused(
                        changed(text -> text.replaceFirst("\\.version [0-9.]+", ".version 99.0")),
                        "gabor_softmax_forward")
                .getMessage();
        assertTrue(message.contains("CUDA_ERROR_UNSUPPORTED_PTX_VERSION"), message);
        assertTrue(message.contains("install a newer NVIDIA driver"), message);
    }
}
