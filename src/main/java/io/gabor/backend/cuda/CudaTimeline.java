package io.gabor.backend.cuda;

import io.gabor.backend.Timeline;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUevent_record_flags;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * The device's clock, by events: one for each mark, which the device stamps when all work before it is done. The driver's
 * resolution is about half a microsecond. In a step that is being recorded, an event becomes a node of the graph and is
 * stamped in every launch.
 */
final class CudaTimeline implements Timeline {
    private static final String OP = "timeline";

    private final CudaContext context;
    private final CUevent[] events;
    private final boolean[] set;
    private final float[] milliseconds = new float[1];
    private boolean closed;

    CudaTimeline(CudaContext context, int marks) {
        context.memory().requireOpen(OP);
        CudaMemory.range(OP, "marks", marks, 1, Integer.MAX_VALUE);
        context.memory().refuseWhileRecording(OP);
        context.makeCurrent(OP);
        this.context = context;
        events = new CUevent[marks];
        set = new boolean[marks];
        for (int i = 0; i < marks; i++) {
            CUevent event = new CUevent();
            int result = JCudaDriver.cuEventCreate(event, CUevent_flags.CU_EVENT_DEFAULT);
            if (result != CUresult.CUDA_SUCCESS) {
                destroy();
                throw CudaErrors.failure(OP, result, context.device());
            }
            events[i] = event;
        }
        context.own(this);
    }

    @Override
    public boolean onDevice() {
        return true;
    }

    @Override
    public void mark(int index) {
        requireOpen();
        context.makeCurrent(OP);
        int result = context.memory().isRecording()
                ? JCudaDriver.cuEventRecordWithFlags(
                        events[index], context.stream(), CUevent_record_flags.CU_EVENT_RECORD_EXTERNAL)
                : JCudaDriver.cuEventRecord(events[index], context.stream());
        context.check(result, OP);
        set[index] = true;
    }

    @Override
    public double seconds(int from, int to) {
        requireOpen();
        if (!set[from] || !set[to]) {
            throw new IllegalStateException(OP + ": mark " + (set[from] ? to : from) + " has not been set");
        }
        context.synchronize(OP);
        context.check(JCudaDriver.cuEventElapsedTime(milliseconds, events[from], events[to]), OP);
        return milliseconds[0] / 1e3;
    }

    private void requireOpen() {
        context.memory().requireOpen(OP);
        if (closed) {
            throw new IllegalStateException(OP + ": it has been closed");
        }
    }

    @Override
    public void close() {
        if (!closed && context.disown(this)) {
            context.makeCurrent(OP);
            context.check(destroy(), OP);
        }
        closed = true;
    }

    /** Destroys the events; returns the first result that was not a success, or success. */
    int destroy() {
        int first = CUresult.CUDA_SUCCESS;
        closed = true;
        for (CUevent event : events) {
            int result = event == null ? CUresult.CUDA_SUCCESS : JCudaDriver.cuEventDestroy(event);
            first = first == CUresult.CUDA_SUCCESS ? result : first;
        }
        return first;
    }
}
