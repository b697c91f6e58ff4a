package io.gabor.nn;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Padding;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Two-dimensional convolution (cross-correlation, as in every deep-learning library). {@code x: N×C×H×W},
 * {@code w: O×(C/G)×KH×KW}, {@code y: N×O×OH×OW}.
 *
 * <pre>
 * forward    y[n,o,i,j]  = b[o] + Σ over c,p,q of x[n, c, i·s − pad + p·d, j·s − pad + q·d] · w[o,c,p,q]
 * backward   dw[o,c,p,q] = Σ over n,i,j of dy[n,o,i,j] · x[n, c, i·s − pad + p·d, j·s − pad + q·d]
 *            dx          = the full convolution of dy, dilated by the stride, with w turned by 180°, cropped by the padding
 *            db[o]       = Σ over n,i,j of dy[n,o,i,j]
 * </pre>
 *
 * <p>with s the stride, d the dilation and G the groups. docs/backprop.md derives each line.
 */
public final class Conv2d extends WeightedLayer {
    private final int filters;
    private final int kernelHeight;
    private final int kernelWidth;
    private int strideHeight = 1;
    private int strideWidth = 1;
    private int dilationHeight = 1;
    private int dilationWidth = 1;
    private int groups = 1;
    private Padding padding = Padding.VALID;
    /** The pooling behind this layer, if they may be computed together. */
    private MaxPool2d following;

    /** Makes {@code filters} filters of {@code kernel×kernel}, stride 1, no padding, one bias per filter. */
    public Conv2d(int filters, int kernel) {
        this(filters, kernel, kernel);
    }

    /** Makes {@code filters} filters of {@code kernelHeight×kernelWidth}, stride 1, no padding, one bias per filter. */
    public Conv2d(int filters, int kernelHeight, int kernelWidth) {
        if (filters < 1 || kernelHeight < 1 || kernelWidth < 1) {
            throw new ShapeException("filters and kernel must be at least 1, found " + filters + " filters of "
                    + kernelHeight + "×" + kernelWidth);
        }
        this.filters = filters;
        this.kernelHeight = kernelHeight;
        this.kernelWidth = kernelWidth;
    }

    public Conv2d stride(int both) {
        return stride(both, both);
    }

    public Conv2d stride(int height, int width) {
        strideHeight = height;
        strideWidth = width;
        return this;
    }

    public Conv2d dilation(int both) {
        return dilation(both, both);
    }

    public Conv2d dilation(int height, int width) {
        dilationHeight = height;
        dilationWidth = width;
        return this;
    }

    public Conv2d padding(Padding strategy) {
        padding = strategy;
        return this;
    }

    public Conv2d padding(int all) {
        return padding(Padding.of(all));
    }

    /** Splits channels and filters into groups that do not see each other; as many groups as channels is depthwise. */
    public Conv2d groups(int count) {
        groups = count;
        return this;
    }

    public Conv2d bias(Bias kind) {
        setBias(kind);
        return this;
    }

    public Conv2d init(Initializer weight) {
        return init(weight, biasInitializer());
    }

    public Conv2d init(Initializer weight, Initializer bias) {
        setInitializers(weight, bias);
        return this;
    }

    /** Keeps the weights and the bias as they begin, or learns them (the default). */
    public Conv2d frozen(boolean on) {
        setFrozen(on);
        return this;
    }

    /**
     * Returns the geometry for a sample of shape {@code C×H×W}.
     *
     * @throws ShapeException if it does not fit
     */
    public ConvGeometry geometry(Shape in) {
        if (in.rank() != 3) {
            throw new ShapeException(
                    "a convolution takes channels×height×width, found " + in + "; put a Reshape in front");
        }
        return new ConvGeometry(
                in.dim(0),
                filters,
                groups,
                padding.rows(in.dim(1), kernelHeight, strideHeight, dilationHeight, false),
                padding.cols(in.dim(2), kernelWidth, strideWidth, dilationWidth, false));
    }

    @Override
    public Shape outputShape(Shape in) {
        return geometry(in).outputShape();
    }

    @Override
    protected Shape weightShape(Shape in) {
        return geometry(in).weightShape();
    }

    @Override
    protected int[] fans(Shape in) {
        return new int[] {geometry(in).fanIn(), geometry(in).fanOut()};
    }

    @Override
    protected WeightedOp plan(BuildContext context, Shape in, Epilogue epilogue) {
        ConvGeometry geometry = geometry(in);
        if (following != null) {
            Optional<WeightedOp> both = context.backend()
                    .conv2dMaxPool2d(
                            geometry,
                            epilogue,
                            following.geometry(geometry.outputShape()),
                            following.ties(),
                            context.maxBatch());
            if (both.isPresent()) {
                following.markFused();
                return both.get();
            }
        }
        return context.backend().conv2d(geometry, epilogue, context.maxBatch());
    }

    /** Lets this layer compute the pooling that follows it, if the backend has an op for both. */
    final void offer(MaxPool2d pool) {
        following = pool;
    }

    /** Returns whether this layer computes the max pooling behind it too. */
    public boolean poolsToo() {
        return following != null && following.isFused();
    }

    @Override
    Shape plannedShape(Shape output) {
        return poolsToo() ? following.outputShape(output) : output;
    }

    @Override
    void forget() {
        super.forget();
        following = null;
    }

    @Override
    public long flops(Shape in) {
        return geometry(in).flops();
    }

    @Override
    public String kind() {
        return "conv2d";
    }

    @Override
    public Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("filters", filters);
        config.put("kernel", List.of(kernelHeight, kernelWidth));
        config.put("stride", List.of(strideHeight, strideWidth));
        config.put("padding", LayerConfig.write(padding));
        config.put("dilation", List.of(dilationHeight, dilationWidth));
        config.put("groups", groups);
        config.put("bias", LayerConfig.write(bias()));
        config.put("init", weightInitializer().toString());
        config.put("biasInit", biasInitializer().toString());
        if (isFrozen()) {
            config.put("frozen", true);
        }
        return config;
    }

    static Conv2d read(LayerConfig config) {
        int[] kernel = config.pair("kernel");
        int[] stride = config.pair("stride", 1);
        int[] dilation = config.pair("dilation", 1);
        return new Conv2d(config.integer("filters"), kernel[0], kernel[1])
                .stride(stride[0], stride[1])
                .dilation(dilation[0], dilation[1])
                .padding(config.padding("padding"))
                .groups(config.integer("groups", 1))
                .bias(config.choice("bias", Bias.class, Bias.PER_FILTER))
                .frozen(config.flag("frozen", false))
                .init(
                        config.initializer("init", Initializer.HE_UNIFORM),
                        config.initializer("biasInit", Initializer.ZEROS));
    }
}
