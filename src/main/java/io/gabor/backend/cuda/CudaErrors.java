package io.gabor.backend.cuda;

import io.gabor.backend.BackendException;
import jcuda.driver.CUresult;

/** Turns the driver's result codes into exceptions that name the op and the device. */
final class CudaErrors {
    private CudaErrors() {}

    /** Returns a result's name and number. */
    static String text(int result) {
        return CUresult.stringFor(result) + " (" + result + ")";
    }

    /** Returns an exception for a failed call. */
    static BackendException failure(String op, int result, CudaDevice device) {
        return new BackendException(op + ": " + text(result) + " on " + device.name() + remedy(result));
    }

    private static String remedy(int result) {
        return switch (result) {
            case CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
                    CUresult.CUDA_ERROR_LAUNCH_FAILED,
                    CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
                    CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
                    CUresult.CUDA_ERROR_INVALID_PC ->
                "; a kernel went wrong, in this op or one queued before it, and"
                        + " the device's context is lost: this JVM cannot use CUDA any more, please report this";
            case CUresult.CUDA_ERROR_LAUNCH_TIMEOUT ->
                "; the GPU also drives a display, which stops long kernels: use" + " a smaller batch";
            case CUresult.CUDA_ERROR_OUT_OF_MEMORY ->
                "; use a smaller batch, or free the memory that other programs" + " hold on it (nvidia-smi lists them)";
            default -> "";
        };
    }
}
