package io.gabor.backend.cuda;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * The GPU and its driver: the first one that CUDA shows ({@code CUDA_VISIBLE_DEVICES} chooses among several).
 *
 * @param name as the driver tells it
 * @param major the compute capability's number before the point
 * @param minor the compute capability's number behind the point
 * @param memory bytes in all
 * @param multiprocessors how many blocks can run side by side at least
 * @param driver the CUDA version that the driver supports, as {@code 1000·major + 10·minor}
 */
record CudaDevice(String name, int major, int minor, long memory, int multiprocessors, int driver) {
    /** The oldest compute capability that the kernels are compiled for, ten times. */
    private static final int LEAST_CAPABILITY = 75;
    /** CUDA 10.1, the first whose drivers know PTX 6.4. */
    private static final int LEAST_DRIVER = 10010;
    /** CUDA 11.0 introduced cuDevicePrimaryCtxRelease_v2, which the bindings call. */
    private static final int RELEASES_CONTEXT = 11000;
    /** CUDA 11.4 introduced cuGraphInstantiateWithFlags, which the bindings call. */
    private static final int HAS_GRAPHS = 11040;

    /** Why there is no usable GPU, and what to do about it. */
    static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;
        private final String remedy;

        UnusableException(String reason, String remedy) {
            super(reason);
            this.remedy = remedy;
        }

        String remedy() {
            return remedy;
        }
    }

    /** Finds the GPU without making a context on it. */
    static CudaDevice find() throws UnusableException {
        CudaNatives.Missing missing = CudaNatives.loadDriver();
        if (missing != null) {
            throw new UnusableException(missing.reason(), missing.remedy());
        }
        initialize();
        int[] value = new int[1];
        require(JCudaDriver.cuDriverGetVersion(value), "cuDriverGetVersion");
        int driver = value[0];
        if (driver < LEAST_DRIVER) {
            throw new UnusableException(
                    "the NVIDIA driver is too old: it supports CUDA " + version(driver) + ", and the kernels need "
                            + version(LEAST_DRIVER),
                    "install a newer NVIDIA driver");
        }
        require(JCudaDriver.cuDeviceGetCount(value), "cuDeviceGetCount");
        if (value[0] == 0) {
            throw noDevice();
        }
        CUdevice handle = handle();
        byte[] text = new byte[256];
        require(JCudaDriver.cuDeviceGetName(text, text.length, handle), "cuDeviceGetName");
        long[] memory = new long[1];
        require(JCudaDriver.cuDeviceTotalMem(memory, handle), "cuDeviceTotalMem");
        CudaDevice device = new CudaDevice(
                string(text),
                attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, handle),
                attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, handle),
                memory[0],
                attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, handle),
                driver);
        if (device.capability() < LEAST_CAPABILITY) {
            throw new UnusableException(
                    device.name + " has compute capability " + device.major + "." + device.minor
                            + ", and the kernels need 7.5 (Turing, 2018)",
                    "use a newer GPU or the cpu backend");
        }
        return device;
    }

    private static void initialize() throws UnusableException {
        int result = JCudaDriver.cuInit(0);
        if (result == CUresult.CUDA_ERROR_NO_DEVICE) {
            throw noDevice();
        }
        if (result == CUresult.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH) {
            throw new UnusableException(
                    "libcuda.so.1 does not fit the loaded kernel module of the NVIDIA driver",
                    "restart the machine after the driver's update");
        }
        if (result == CUresult.CUDA_ERROR_STUB_LIBRARY) {
            throw new UnusableException(
                    "libcuda.so.1 is the CUDA toolkit's stub, not the NVIDIA driver",
                    "install the driver, and take the toolkit's folder stubs out of LD_LIBRARY_PATH");
        }
        require(result, "cuInit");
    }

    private static UnusableException noDevice() {
        String visible = System.getenv("CUDA_VISIBLE_DEVICES");
        return new UnusableException(
                "the NVIDIA driver finds no GPU" + (visible == null ? "" : " (CUDA_VISIBLE_DEVICES=" + visible + ")"),
                "check that nvidia-smi lists one" + (visible == null ? "" : " and that CUDA_VISIBLE_DEVICES names it"));
    }

    private static void require(int result, String call) throws UnusableException {
        if (result != CUresult.CUDA_SUCCESS) {
            throw new UnusableException(
                    call + " failed: " + CudaErrors.text(result), "check that nvidia-smi works on this machine");
        }
    }

    private static int attribute(int attribute, CUdevice device) throws UnusableException {
        int[] value = new int[1];
        require(JCudaDriver.cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute");
        return value[0];
    }

    private static String string(byte[] text) {
        int length = 0;
        while (length < text.length && text[length] != 0) {
            length++;
        }
        return new String(text, 0, length, StandardCharsets.UTF_8).strip();
    }

    /** Returns the driver's handle of the device. */
    static CUdevice handle() throws UnusableException {
        CUdevice device = new CUdevice();
        require(JCudaDriver.cuDeviceGet(device, 0), "cuDeviceGet");
        return device;
    }

    /** Returns ten times the compute capability: 75, 80, 90. */
    int capability() {
        return 10 * major + minor;
    }

    boolean hasGraphs() {
        return driver >= HAS_GRAPHS;
    }

    boolean releasesContext() {
        return driver >= RELEASES_CONTEXT;
    }

    /** Returns a CUDA version in words: 12.4. */
    static String version(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    /** Returns name, memory, compute capability and driver, for people. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s, %.1f GiB, compute capability %d.%d, driver for CUDA %s",
                name,
                memory / (double) (1 << 30),
                major,
                minor,
                version(driver));
    }
}
