package io.gabor.nn;

import io.gabor.backend.PoolOp;
import io.gabor.backend.Ties;
import io.gabor.tensor.Padding;
import io.gabor.tensor.PoolGeometry;
import java.util.Map;

/**
 * Max pooling. {@code x: N×C×H×W}, {@code y: N×C×OH×OW}.
 *
 * <pre>
 * forward    y[n,c,i,j]  = max of x[n,c,·,·] over the window at (i·s − pad, j·s − pad)
 * backward   dx[n,c,h,w] = Σ of dy[n,c,i,j] over the windows whose maximum sits at (h,w)
 * </pre>
 *
 * <p>Behind a convolution some backends compute both in one pass ({@link #isFused}).
 *
 * <p>The gradient goes to where the maximum was, and nowhere else; where windows overlap it adds.
 */
public class MaxPool2d extends Pool2d {
    private Ties ties = Ties.FIRST;
    private boolean fused;

    /** Makes a window of {@code size×size} with a stride of {@code size}. */
    public MaxPool2d(int size) {
        this(size, size);
    }

    /** Makes a window of {@code height×width} with a stride of the same size. */
    public MaxPool2d(int height, int width) {
        super(height, width);
    }

    public MaxPool2d stride(int both) {
        return stride(both, both);
    }

    public MaxPool2d stride(int height, int width) {
        setStride(height, width);
        return this;
    }

    public MaxPool2d padding(Padding strategy) {
        setPadding(strategy);
        return this;
    }

    /** Counts a last window that is only partly filled (ceil) or leaves it out (floor, the default). */
    public MaxPool2d ceil(boolean on) {
        setCeil(on);
        return this;
    }

    /** Chooses who gets the gradient when several inputs hold a window's maximum. */
    public MaxPool2d ties(Ties rule) {
        ties = rule;
        return this;
    }

    Ties ties() {
        return ties;
    }

    @Override
    public boolean isFused() {
        return fused;
    }

    void markFused() {
        fused = true;
    }

    @Override
    void forget() {
        fused = false;
    }

    @Override
    protected PoolOp plan(BuildContext context, PoolGeometry geometry) {
        return context.backend().maxPool2d(geometry, ties, context.maxBatch());
    }

    @Override
    public String kind() {
        return "max_pool2d";
    }

    @Override
    public Map<String, Object> config() {
        Map<String, Object> config = super.config();
        config.put("ties", LayerConfig.write(ties));
        return config;
    }

    static MaxPool2d read(LayerConfig config) {
        int[] size = config.pair("size");
        MaxPool2d layer = new MaxPool2d(size[0], size[1]).ties(config.choice("ties", Ties.class, Ties.FIRST));
        layer.readWindow(config);
        return layer;
    }
}
