package io.gabor.backend.cuda;

import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A recorded step: everything that it queued, as one CUDA graph that is launched by one call. It holds the addresses of the
 * tensors that the step used, so it refuses to run when one of them has been released.
 */
final class Graph implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Graph.class);
    private static final String OP = "recorded step";

    private final CudaContext context;
    private final CUgraphExec executable;
    private final CudaStorage[] used;

    private Graph(CudaContext context, CUgraphExec executable, CudaStorage[] used) {
        this.context = context;
        this.executable = executable;
        this.used = used;
    }

    /** Records a step without running it; returns the step itself, with a warning, where that is impossible. */
    static Runnable record(CudaContext context, Runnable step) {
        CudaMemory memory = context.memory();
        memory.requireOpen("record");
        memory.refuseWhileRecording("record");
        if (!context.device().hasGraphs()) {
            LOG.warn(
                    "steps are not recorded: CUDA graphs need a driver for CUDA 11.4, found {}; update the driver",
                    CudaDevice.version(context.device().driver()));
            return step;
        }
        context.makeCurrent("record");
        CUgraph graph = new CUgraph();
        int result = JCudaDriver.cuStreamBeginCapture(
                context.stream(), CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL);
        if (result != CUresult.CUDA_SUCCESS) {
            return refused(step, CudaErrors.text(result));
        }
        memory.startRecording();
        CudaStorage[] used;
        try {
            step.run();
        } catch (NotRecordableException e) {
            memory.stopRecording();
            abandon(context, graph);
            return refused(step, e.getMessage());
        } catch (RuntimeException | Error e) {
            memory.stopRecording();
            abandon(context, graph);
            throw e;
        }
        used = memory.stopRecording();
        result = JCudaDriver.cuStreamEndCapture(context.stream(), graph);
        if (result != CUresult.CUDA_SUCCESS) {
            return refused(step, CudaErrors.text(result));
        }
        CUgraphExec executable = new CUgraphExec();
        result = JCudaDriver.cuGraphInstantiate(executable, graph, 0);
        context.check(JCudaDriver.cuGraphDestroy(graph), "record");
        if (result != CUresult.CUDA_SUCCESS) {
            return refused(step, CudaErrors.text(result));
        }
        Graph recorded = new Graph(context, executable, used);
        context.own(recorded);
        return recorded;
    }

    private static void abandon(CudaContext context, CUgraph graph) {
        // The capture may have been invalidated already; then there is no graph to destroy.
        if (JCudaDriver.cuStreamEndCapture(context.stream(), graph) == CUresult.CUDA_SUCCESS) {
            context.check(JCudaDriver.cuGraphDestroy(graph), "record");
        }
    }

    private static Runnable refused(Runnable step, String reason) {
        LOG.warn("a step cannot be recorded and is run op by op instead, which is slower: {}", reason);
        return step;
    }

    @Override
    public void run() {
        context.memory().requireOpen(OP);
        context.memory().refuseWhileRecording(OP);
        for (CudaStorage storage : used) {
            if (storage.released()) {
                throw new IllegalStateException(
                        OP + ": it uses memory that has been released since it was recorded; record it again");
            }
        }
        context.makeCurrent(OP);
        context.check(JCudaDriver.cuGraphLaunch(executable, context.stream()), OP);
    }

    int destroy() {
        return JCudaDriver.cuGraphExecDestroy(executable);
    }
}
