package io.gabor.nn;

import io.gabor.backend.PoolOp;
import io.gabor.tensor.Padding;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A window that slides over each channel by itself: what {@link MaxPool2d} and {@link AvgPool2d} share. */
public abstract class Pool2d extends Layer {
    private final int height;
    private final int width;
    private int strideHeight;
    private int strideWidth;
    private Padding padding = Padding.VALID;
    private boolean ceil;
    private PoolOp op;

    /** A window of {@code height×width}, with a stride of the same size. */
    protected Pool2d(int height, int width) {
        if (height < 1 || width < 1) {
            throw new ShapeException("a pooling window is at least 1×1, found " + height + "×" + width);
        }
        this.height = height;
        this.width = width;
        this.strideHeight = height;
        this.strideWidth = width;
    }

    /** Plans the op. */
    protected abstract PoolOp plan(BuildContext context, PoolGeometry geometry);

    protected final void setStride(int newHeight, int newWidth) {
        strideHeight = newHeight;
        strideWidth = newWidth;
    }

    protected final void setPadding(Padding strategy) {
        padding = strategy;
    }

    protected final void setCeil(boolean on) {
        ceil = on;
    }

    /**
     * Returns the geometry for a sample of shape {@code C×H×W}.
     *
     * @throws ShapeException if it does not fit
     */
    public PoolGeometry geometry(Shape in) {
        if (in.rank() != 3) {
            throw new ShapeException("pooling takes channels×height×width, found " + in + "; put a Reshape in front");
        }
        return new PoolGeometry(
                in.dim(0),
                padding.rows(in.dim(1), height, strideHeight, 1, ceil),
                padding.cols(in.dim(2), width, strideWidth, 1, ceil));
    }

    @Override
    public Shape outputShape(Shape in) {
        return geometry(in).outputShape();
    }

    @Override
    protected final Flow connect(BuildContext context, Flow in) {
        if (isFused()) {
            return in;
        }
        PoolGeometry geometry = geometry(in.sampleShape());
        op = context.op(plan(context, geometry));
        return context.flow(geometry.outputShape(), in.gradient() != null);
    }

    @Override
    public final void forward(int n, Mode mode) {
        if (!isFused()) {
            op.forward(n, in().value(), out().value());
        }
    }

    @Override
    public final void backward(int n) {
        if (!isFused() && needsBackward()) {
            op.backward(n, in().value(), out().value(), out().gradient(), in().gradient());
        }
    }

    @Override
    public Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("size", List.of(height, width));
        config.put("stride", List.of(strideHeight, strideWidth));
        config.put("padding", LayerConfig.write(padding));
        config.put("ceil", ceil);
        return config;
    }

    /** Takes stride, padding and rounding from a model file. */
    final void readWindow(LayerConfig config) {
        int[] stride = config.pair("stride", strideHeight, strideWidth);
        setStride(stride[0], stride[1]);
        padding = config.padding("padding");
        ceil = config.flag("ceil", false);
    }
}
