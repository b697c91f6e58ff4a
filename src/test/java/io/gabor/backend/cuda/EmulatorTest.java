package io.gabor.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proves through JCuda that the emulator finds what it promises to find, each with a kernel broken on purpose. */
final class EmulatorTest {
    private Path folder;
    private boolean exceptions;
    private CUcontext context;

    /** A context of its own: a fault breaks it, and must not break that of other tests. */
    @BeforeEach
    void openContext() {
        folder = Emulator.folder();
        JCudaDriver.setExceptionsEnabled(false);
        check(JCudaDriver.cuInit(0));
        CUdevice device = new CUdevice();
        check(JCudaDriver.cuDeviceGet(device, 0));
        context = new CUcontext();
        check(JCudaDriver.cuCtxCreate(context, 0, device));
        exceptions = true;
    }

    @AfterEach
    void closeContext() {
        if (exceptions) {
            check(JCudaDriver.cuCtxDestroy(context));
        }
    }

    @Test
    void passesItsOwnTests() throws IOException, InterruptedException {
        Path output = Files.createTempFile("selftest", ".txt");
        Process process = new ProcessBuilder(
                        folder.resolve("tests").resolve("selftest").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int code = process.waitFor();
        String text = Files.readString(output);
        Files.delete(output);
        assertEquals(0, code, text);
        assertTrue(text.contains(", 0 failed"), text);
    }

    @Test
    void runsKernelsThatAreRight() {
        CUdeviceptr x = buffer(100);
        CUdeviceptr y = buffer(100);
        check(JCudaDriver.cuMemsetD32(x, Float.floatToRawIntBits(2), 100));
        check(JCudaDriver.cuMemsetD32(y, Float.floatToRawIntBits(1), 100));
        int before = Emulator.count(Emulator.Count.LAUNCHES);
        launch("gabor_sound_axpy", "u32 f32 u64 u64", 64, number(100), Pointer.to(new float[] {3}), at(x), at(y));
        assertEquals(CUresult.CUDA_SUCCESS, JCudaDriver.cuCtxSynchronize());
        float[] result = new float[100];
        check(JCudaDriver.cuMemcpyDtoH(Pointer.to(result), y, 400));
        assertEquals(7, result[0]);
        assertEquals(7, result[99]);
        assertEquals(before + 1, Emulator.count(Emulator.Count.LAUNCHES));
        check(JCudaDriver.cuMemFree(x));
        check(JCudaDriver.cuMemFree(y));
    }

    @Test
    void findsAMissingBarrier() {
        launch("gabor_broken_no_barrier", "u64 u64", 64, at(ramp(64)), at(buffer(64)));
        assertFound(CUresult.CUDA_ERROR_LAUNCH_FAILED, "a barrier is missing");
    }

    @Test
    void findsABarrierThatNotAllReach() {
        launch("gabor_broken_barrier_in_branch", "u64", 64, at(buffer(64)));
        assertFound(CUresult.CUDA_ERROR_LAUNCH_FAILED, "32 of 64 threads wait at __syncthreads()");
    }

    @Test
    void findsAShuffleInABranch() {
        launch("gabor_broken_shuffle_in_branch", "u64", 32, at(buffer(32)));
        assertFound(CUresult.CUDA_ERROR_LAUNCH_FAILED, "wait at __shfl_xor_sync");
    }

    @Test
    void findsAReadOutOfBounds() {
        launch("gabor_broken_read", "u32 u64 u64", 32, number(10), at(ramp(10)), at(buffer(10)));
        assertFound(
                CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
                "kernel gabor_broken_read, block (0, 0, 0), thread (9, 0, 0): reads byte 40, beyond the end of buffer #");
    }

    @Test
    void findsAWriteOutOfBounds() {
        launch("gabor_broken_write", "u32 u32 u64", 32, number(1), number(10), at(buffer(10)));
        assertFound(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, "writes byte 40, beyond the end of buffer #");
    }

    @Test
    void findsAWriteBeforeTheStart() {
        launch("gabor_broken_write", "u32 u32 u64", 32, number(-2), number(10), at(buffer(10)));
        assertFound(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, "8 bytes before the start of buffer #");
    }

    @Test
    void findsAUseAfterFree() {
        CUdeviceptr y = buffer(10);
        check(JCudaDriver.cuMemFree(y));
        launch("gabor_broken_not_written", "u32 u64", 32, number(10), at(y));
        assertFound(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, "which was freed");
    }

    @Test
    void findsSharedMemoryOutOfBounds() {
        launch("gabor_broken_shared", "u32 u64", 32, number(48), at(buffer(32)));
        assertFound(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, "byte 192 of the shared array tile of 192 bytes");
    }

    @Test
    void fillsFreshMemoryWithNaN() {
        CUdeviceptr y = buffer(64);
        launch("gabor_broken_not_written", "u32 u64", 32, number(64), at(y));
        float[] result = new float[64];
        check(JCudaDriver.cuMemcpyDtoH(Pointer.to(result), y, 256));
        assertEquals(0, result[62]);
        assertEquals(0x7fc0dead, Float.floatToRawIntBits(result[63]));
        launch("gabor_broken_shared_not_written", "u64", 64, at(y));
        check(JCudaDriver.cuMemcpyDtoH(Pointer.to(result), y, 256));
        assertEquals(1, result[62]);
        assertTrue(Float.isNaN(result[63]));
        check(JCudaDriver.cuMemFree(y));
    }

    @Test
    void findsAMisalignedVector() {
        launch("gabor_broken_vector", "u64 u64", 1, at(ramp(8)), at(buffer(1)));
        assertFound(CUresult.CUDA_ERROR_MISALIGNED_ADDRESS, "a vector of 16 bytes at byte 4 of buffer #");
    }

    @Test
    void findsALeak() {
        int before = Emulator.count(Emulator.Count.LEAKED_BUFFERS);
        buffer(1);
        closeContext();
        assertEquals(before + 1, Emulator.count(Emulator.Count.LEAKED_BUFFERS));
        openContext();
    }

    @Test
    void refusesDamagedPtx() {
        String good = ptx("gabor_sound_axpy", "u32 f32 u64 u64");
        assertEquals(CUresult.CUDA_SUCCESS, load(good));
        assertEquals(CUresult.CUDA_ERROR_INVALID_PTX, load(good.substring(0, good.length() - 3)));
        assertEquals(CUresult.CUDA_ERROR_INVALID_PTX, load(good.replace("ret;", "\u0007et;")));
        assertEquals(CUresult.CUDA_ERROR_INVALID_PTX, load(good.replace("f32", "u64")));
        assertEquals(CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION, load(good.replace("6.4", "99.0")));
        assertEquals(CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU, load(good.replace("sm_75", "sm_120")));
    }

    /** The code comes to the program, and the story goes into the report. */
    private static void assertFound(int code, String story) {
        assertEquals(CUresult.stringFor(code), CUresult.stringFor(JCudaDriver.cuCtxSynchronize()));
        Path report = Path.of(System.getenv("GABOR_EMU_REPORT"));
        List<String> lines;
        try {
            lines = Files.readAllLines(report, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError("no report at " + report, e);
        }
        String last = lines.get(lines.size() - 1);
        assertTrue(last.contains(story), last);
    }

    private static void check(int code) {
        assertFalse(code != CUresult.CUDA_SUCCESS, () -> CUresult.stringFor(code));
    }

    private static CUdeviceptr buffer(int floats) {
        CUdeviceptr pointer = new CUdeviceptr();
        check(JCudaDriver.cuMemAlloc(pointer, 4L * floats));
        return pointer;
    }

    private static CUdeviceptr ramp(int floats) {
        float[] values = new float[floats];
        for (int i = 0; i < floats; i++) {
            values[i] = i;
        }
        CUdeviceptr pointer = buffer(floats);
        check(JCudaDriver.cuMemcpyHtoD(pointer, Pointer.to(values), 4L * floats));
        return pointer;
    }

    private static Pointer number(int value) {
        return Pointer.to(new int[] {value});
    }

    private static Pointer at(CUdeviceptr pointer) {
        return Pointer.to(pointer);
    }

    /** PTX with the kernel's signature; what runs is the kernel of this name in the emulator. */
    private static String ptx(String kernel, String types) {
        List<String> parameters = new ArrayList<>();
        for (String type : types.split(" ", -1)) {
            parameters.add(".param ." + type + " p" + parameters.size());
        }
        return ".version 6.4\n.target sm_75\n.address_size 64\n.visible .entry " + kernel + "("
                + String.join(",\n", parameters) + ")\n{\n\tret;\n}\n";
    }

    private static int load(String ptx) {
        return JCudaDriver.cuModuleLoadData(new CUmodule(), (ptx + "\0").getBytes(StandardCharsets.US_ASCII));
    }

    private static void launch(String kernel, String types, int threads, NativePointerObject... arguments) {
        CUmodule module = new CUmodule();
        check(JCudaDriver.cuModuleLoadData(module, (ptx(kernel, types) + "\0").getBytes(StandardCharsets.US_ASCII)));
        CUfunction function = new CUfunction();
        check(JCudaDriver.cuModuleGetFunction(function, module, kernel));
        check(JCudaDriver.cuLaunchKernel(function, 1, 1, 1, threads, 1, 1, 0, null, Pointer.to(arguments), null));
    }
}
