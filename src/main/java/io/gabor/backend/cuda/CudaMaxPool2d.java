package io.gabor.backend.cuda;

import io.gabor.backend.Ties;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.WindowAxis;

/** Max pooling, {@code native-kernels/pool.cu}; windows of 2×2 side by side, the common case, have kernels of their own. */
final class CudaMaxPool2d extends CudaPoolOp {
    private final boolean twoByTwo;
    private final int inPlane;
    private final int outPlane;
    private final Launch forward;
    private final Launch backward;

    CudaMaxPool2d(CudaContext context, PoolGeometry geometry, Ties ties, int maxBatch) {
        super(context, "maxPool2d", geometry, maxBatch);
        WindowAxis rows = geometry.rows();
        WindowAxis cols = geometry.cols();
        inPlane = rows.in() * cols.in();
        outPlane = rows.out() * cols.out();
        twoByTwo = two(rows) && two(cols) && cols.in() % 2 == 0;
        int all = ties == Ties.ALL ? 1 : 0;
        String forwardOp = forwardName + ", " + geometry;
        String backwardOp = backwardName + ", " + geometry;
        if (twoByTwo) {
            forward = context.launch(forwardOp, "gabor_pool_max2x2", 6);
            backward =
                    context.launch(backwardOp, "gabor_pool_max2x2_backward", 8).setInt(4, all);
            for (Launch launch : new Launch[] {forward, backward}) {
                launch.setInt(1, rows.in()).setInt(2, cols.in()).setInt(3, rows.out());
            }
            return;
        }
        forward = context.launch(forwardOp, "gabor_pool_max", 13);
        backward = context.launch(backwardOp, "gabor_pool_max_backward", 16).setInt(11, all);
        for (Launch launch : new Launch[] {forward, backward}) {
            launch.setInt(1, rows.in()).setInt(2, cols.in());
            launch.setInt(3, rows.out()).setInt(4, cols.out());
            launch.setInt(5, rows.kernel()).setInt(6, cols.kernel());
            launch.setInt(7, rows.stride()).setInt(8, cols.stride());
            launch.setInt(9, rows.padBefore()).setInt(10, cols.padBefore());
        }
    }

    private static boolean two(WindowAxis axis) {
        return axis.kernel() == 2 && axis.stride() == 2 && axis.padBefore() == 0 && axis.out() * 2 <= axis.in();
    }

    @Override
    void forward(int planes, CudaStorage x, CudaStorage y) {
        int first = twoByTwo ? 4 : 11;
        forward.setInt(0, planes).setPointer(first, x).setPointer(first + 1, y);
        forward.run(blocks(planes, outPlane), THREADS);
    }

    @Override
    void backward(int planes, CudaStorage x, CudaStorage y, CudaStorage dy, CudaStorage dx) {
        backward.setInt(0, planes);
        if (twoByTwo) {
            backward.setPointer(5, x).setPointer(6, dy).setPointer(7, dx);
            backward.run(blocks(planes, outPlane), THREADS);
        } else {
            backward.setPointer(12, x).setPointer(13, y).setPointer(14, dy).setPointer(15, dx);
            backward.run(blocks(planes, inPlane), THREADS);
        }
    }
}
