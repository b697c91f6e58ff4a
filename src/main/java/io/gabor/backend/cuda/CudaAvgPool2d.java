package io.gabor.backend.cuda;

import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.WindowAxis;

/** Average pooling, {@code native-kernels/pool.cu}; a window over the whole image is one warp's sum. */
final class CudaAvgPool2d extends CudaPoolOp {
    private static final int PLANES_PER_BLOCK = THREADS / 32;

    private final boolean global;
    private final int inPlane;
    private final int outPlane;
    private final Launch forward;
    private final Launch backward;

    CudaAvgPool2d(CudaContext context, PoolGeometry geometry, boolean countPadding, int maxBatch) {
        super(context, "avgPool2d", geometry, maxBatch);
        WindowAxis rows = geometry.rows();
        WindowAxis cols = geometry.cols();
        inPlane = rows.in() * cols.in();
        outPlane = rows.out() * cols.out();
        global = whole(rows) && whole(cols);
        String forwardOp = forwardName + ", " + geometry;
        forward = global
                ? context.launch(forwardOp, "gabor_pool_avg_global", 4).setInt(1, inPlane)
                : window(context.launch(forwardOp, "gabor_pool_avg", 16), rows, cols, countPadding);
        backward = window(
                context.launch(backwardName + ", " + geometry, "gabor_pool_avg_backward", 16),
                rows,
                cols,
                countPadding);
    }

    private static boolean whole(WindowAxis axis) {
        return axis.kernel() == axis.in() && axis.out() == 1 && axis.padBefore() == 0 && axis.padAfter() == 0;
    }

    private static Launch window(Launch launch, WindowAxis rows, WindowAxis cols, boolean countPadding) {
        launch.setInt(1, rows.in()).setInt(2, cols.in());
        launch.setInt(3, rows.out()).setInt(4, cols.out());
        launch.setInt(5, rows.kernel()).setInt(6, cols.kernel());
        launch.setInt(7, rows.stride()).setInt(8, cols.stride());
        launch.setInt(9, rows.padBefore()).setInt(10, rows.padAfter());
        launch.setInt(11, cols.padBefore()).setInt(12, cols.padAfter());
        return launch.setInt(13, countPadding ? 1 : 0);
    }

    @Override
    void forward(int planes, CudaStorage x, CudaStorage y) {
        forward.setInt(0, planes);
        if (global) {
            forward.setPointer(2, x).setPointer(3, y);
            forward.run((planes - 1) / PLANES_PER_BLOCK + 1, THREADS);
        } else {
            forward.setPointer(14, x).setPointer(15, y);
            forward.run(blocks(planes, outPlane), THREADS);
        }
    }

    @Override
    void backward(int planes, CudaStorage x, CudaStorage y, CudaStorage dy, CudaStorage dx) {
        backward.setInt(0, planes).setPointer(14, dy).setPointer(15, dx);
        backward.run(blocks(planes, inPlane), THREADS);
    }
}
