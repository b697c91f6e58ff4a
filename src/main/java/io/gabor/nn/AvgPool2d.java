package io.gabor.nn;

import io.gabor.backend.PoolOp;
import io.gabor.tensor.Padding;
import io.gabor.tensor.PoolGeometry;
import java.util.Map;

/**
 * Average pooling. {@code x: N×C×H×W}, {@code y: N×C×OH×OW}.
 *
 * <pre>
 * forward    y[n,c,i,j]  = mean of x[n,c,·,·] over the window at (i·s − pad, j·s − pad)
 * backward   dx[n,c,h,w] = Σ of dy[n,c,i,j] / size over the windows that hold (h,w)
 * </pre>
 *
 * <p>The size counts padding as zeros unless {@link #countPadding countPadding(false)}.
 */
public class AvgPool2d extends Pool2d {
    private boolean countPadding = true;

    /** Makes a window of {@code size×size} with a stride of {@code size}. */
    public AvgPool2d(int size) {
        this(size, size);
    }

    /** Makes a window of {@code height×width} with a stride of the same size. */
    public AvgPool2d(int height, int width) {
        super(height, width);
    }

    public AvgPool2d stride(int both) {
        return stride(both, both);
    }

    public AvgPool2d stride(int height, int width) {
        setStride(height, width);
        return this;
    }

    public AvgPool2d padding(Padding strategy) {
        setPadding(strategy);
        return this;
    }

    /** Counts a last window that is only partly filled (ceil) or leaves it out (floor, the default). */
    public AvgPool2d ceil(boolean on) {
        setCeil(on);
        return this;
    }

    /** Counts padding in the divisor (the default) or only real values. */
    public AvgPool2d countPadding(boolean on) {
        countPadding = on;
        return this;
    }

    @Override
    protected PoolOp plan(BuildContext context, PoolGeometry geometry) {
        return context.backend().avgPool2d(geometry, countPadding, context.maxBatch());
    }

    @Override
    public String kind() {
        return "avg_pool2d";
    }

    @Override
    public Map<String, Object> config() {
        Map<String, Object> config = super.config();
        config.put("countPadding", countPadding);
        return config;
    }

    static AvgPool2d read(LayerConfig config) {
        int[] size = config.pair("size");
        AvgPool2d layer = new AvgPool2d(size[0], size[1]).countPadding(config.flag("countPadding", true));
        layer.readWindow(config);
        return layer;
    }
}
