package io.gabor.backend.cuda;

import io.gabor.backend.BackendUnavailableException;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/**
 * What all ops of one backend share: the device, its primary context, one stream on which everything is queued in order,
 * memory, kernels, and cuBLAS if there is any. Any thread may use it, one at a time.
 */
final class CudaContext {
    private static final int BLOCKS_PER_MULTIPROCESSOR = 16;

    private final CudaDevice device;
    private final CUdevice handle;
    private final CUcontext context = new CUcontext();
    private final CUstream stream = new CUstream();
    private final CudaMemory memory = new CudaMemory(this);
    private final Modules modules;
    private final List<Graph> graphs = new ArrayList<>();
    private final List<CudaTimeline> timelines = new ArrayList<>();
    private ArgumentBlock arguments;
    private CudaStaging staging;
    private Cublas cublas;
    private boolean streamMade;
    /** The last thread that the context was made current for; the driver keeps that by thread. */
    private Thread current;

    /**
     * Opens the device.
     *
     * @param resources where the PTX is
     */
    CudaContext(CudaDevice device, Modules.Resources resources) throws CudaDevice.UnusableException {
        this.device = device;
        modules = new Modules(this, resources);
        handle = CudaDevice.handle();
        int result = JCudaDriver.cuDevicePrimaryCtxRetain(context, handle);
        if (result != CUresult.CUDA_SUCCESS) {
            throw new BackendUnavailableException(
                    CudaErrors.failure("opening a context", result, device).getMessage());
        }
        try {
            makeCurrent("open");
            check(JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING), "open");
            streamMade = true;
            arguments = new ArgumentBlock(this);
            staging = new CudaStaging(this);
            cublas = Cublas.open(this);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    CudaDevice device() {
        return device;
    }

    CudaMemory memory() {
        return memory;
    }

    Modules modules() {
        return modules;
    }

    Cublas cublas() {
        return cublas;
    }

    CUstream stream() {
        return stream;
    }

    CudaStaging staging() {
        return staging;
    }

    ArgumentBlock arguments() {
        return arguments;
    }

    /** Remembers a graph, to be destroyed with everything else. */
    void own(Graph graph) {
        graphs.add(graph);
    }

    /** Remembers a timeline, to be destroyed with everything else. */
    void own(CudaTimeline timeline) {
        timelines.add(timeline);
    }

    /** Forgets a timeline; returns whether it was remembered. */
    boolean disown(CudaTimeline timeline) {
        return timelines.remove(timeline);
    }

    /** Destroys the graphs that cannot run any more, since this storage was released; else they would pile up. */
    void dropGraphsOf(CudaStorage storage) {
        for (int i = graphs.size() - 1; i >= 0; i--) {
            if (graphs.get(i).uses(storage)) {
                check(graphs.remove(i).destroy(), "release");
            }
        }
    }

    /**
     * Returns a launch of a kernel, looked up here.
     *
     * @param op what messages begin with: the op's name, and its geometry where it has one
     * @param kernel {@code gabor_<family>_<what>}
     * @param arguments how many parameters the kernel has
     */
    Launch launch(String op, String kernel, int arguments) {
        memory.requireOpen(op);
        return new Launch(this, op, kernel, modules.function(kernel), arguments);
    }

    /**
     * Returns how many blocks suit this many elements in a grid-stride loop: one for each {@code perBlock}, as long as the
     * device can run them side by side. Not for reductions, whose order must not depend on the device.
     */
    int blocks(long elements, int perBlock) {
        return (int)
                Math.min((elements - 1) / perBlock + 1, (long) BLOCKS_PER_MULTIPROCESSOR * device.multiprocessors());
    }

    /** Makes the context current for the calling thread; costs next to nothing when it is. */
    void makeCurrent(String op) {
        Thread caller = Thread.currentThread();
        if (caller != current) {
            check(JCudaDriver.cuCtxSetCurrent(context), op);
            current = caller;
        }
    }

    /** Throws if a call of the driver failed. */
    void check(int result, String op) {
        if (result != CUresult.CUDA_SUCCESS) {
            throw CudaErrors.failure(op, result, device);
        }
    }

    /** Waits until all queued work is done. */
    void synchronize(String op) {
        memory.requireOpen(op);
        memory.refuseWhileRecording(op);
        makeCurrent(op);
        check(JCudaDriver.cuStreamSynchronize(stream), op);
    }

    /** Gives everything back, also after a failure; returns the first result that was not a success, or success. */
    int close() {
        int first = JCudaDriver.cuCtxSetCurrent(context);
        current = Thread.currentThread();
        if (streamMade) {
            first = worst(first, JCudaDriver.cuStreamSynchronize(stream));
        }
        for (Graph graph : graphs) {
            first = worst(first, graph.destroy());
        }
        graphs.clear();
        for (CudaTimeline timeline : timelines) {
            first = worst(first, timeline.destroy());
        }
        timelines.clear();
        if (cublas != null) {
            cublas.close();
        }
        first = worst(first, memory.close());
        first = worst(first, modules.close());
        if (arguments != null) {
            first = worst(first, arguments.close());
        }
        if (staging != null) {
            first = worst(first, staging.close());
        }
        if (streamMade) {
            first = worst(first, JCudaDriver.cuStreamDestroy(stream));
        }
        return device.releasesContext() ? worst(first, JCudaDriver.cuDevicePrimaryCtxRelease(handle)) : first;
    }

    private static int worst(int first, int second) {
        return first == CUresult.CUDA_SUCCESS ? second : first;
    }
}
