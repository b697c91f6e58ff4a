package io.gabor.nn;

import io.gabor.backend.Activation;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import io.gabor.tensor.Tensor;
import io.gabor.tensor.WindowAxis;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Two-dimensional transposed convolution, as PyTorch's {@code ConvTranspose2d}: each input pixel spreads the kernel, times its
 * value, over the output. {@code x: N×C×H×W}, {@code w: C×(O/G)×KH×KW}, {@code y: N×O×OH×OW} with
 * {@code OH = (H − 1)·s − 2·pad + d·(KH − 1) + outPad + 1}.
 *
 * <pre>
 * forward    z[n,o,h,v]  = Σ over all (c,i,j,p,q) with h = i·s − pad + p·d and v = j·s − pad + q·d of x[n,c,i,j] · w[c,o,p,q]
 *            y           = f(z + b[o])
 * backward   dz          = dy · f'
 *            dx[n,c,i,j] = Σ over o,p,q of dz[n, o, i·s − pad + p·d, j·s − pad + q·d] · w[c,o,p,q]
 *            dw[c,o,p,q] = Σ over n,i,j of x[n,c,i,j] · dz[n, o, i·s − pad + p·d, j·s − pad + q·d]
 *            db[o]       = Σ over n,h,v of dz[n,o,h,v]
 * </pre>
 *
 * <p>with s the stride, d the dilation, G the groups and f the activation that follows, if the network fuses it. It is the
 * convolution from y's shape to x's, turned around: z is that convolution's input gradient, dx its forward pass, and dw its
 * weights' gradient with the roles of x and dz exchanged. So it has no op of its own. Bias and activation are a depthwise
 * convolution by ones behind it. docs/backprop.md derives each line.
 */
public final class ConvTranspose2d extends Layer implements FusingLayer {
    private final int filters;
    private final int kernelHeight;
    private final int kernelWidth;
    private int strideHeight = 1;
    private int strideWidth = 1;
    private int paddingHeight;
    private int paddingWidth;
    private int outputPaddingHeight;
    private int outputPaddingWidth;
    private int dilationHeight = 1;
    private int dilationWidth = 1;
    private int groups = 1;
    private boolean biased = true;
    private Initializer weightInitializer = Initializer.HE_UNIFORM;
    private Initializer biasInitializer = Initializer.ZEROS;
    private Activation activation = Activation.IDENTITY;
    private Parameter weight;
    private Parameter bias;
    /** From y's shape to x's. */
    private WeightedOp convolution;
    /** Bias and activation; null for neither. */
    private WeightedOp finish;

    private Parameter ones;
    private Flow sums;

    /** Makes {@code filters} output channels with kernels of {@code kernel×kernel}, stride 1, no padding, one bias each. */
    public ConvTranspose2d(int filters, int kernel) {
        this(filters, kernel, kernel);
    }

    /** Makes {@code filters} output channels with kernels of {@code kernelHeight×kernelWidth}, stride 1, no padding, one bias each. */
    public ConvTranspose2d(int filters, int kernelHeight, int kernelWidth) {
        if (filters < 1 || kernelHeight < 1 || kernelWidth < 1) {
            throw new ShapeException("filters and kernel must be at least 1, found " + filters + " filters of "
                    + kernelHeight + "×" + kernelWidth);
        }
        this.filters = filters;
        this.kernelHeight = kernelHeight;
        this.kernelWidth = kernelWidth;
    }

    public ConvTranspose2d stride(int both) {
        return stride(both, both);
    }

    public ConvTranspose2d stride(int height, int width) {
        strideHeight = height;
        strideWidth = width;
        return this;
    }

    public ConvTranspose2d padding(int all) {
        return padding(all, all);
    }

    /** Cuts so many rows off at the top and the bottom, and columns at the left and the right: the padding of the convolution. */
    public ConvTranspose2d padding(int height, int width) {
        paddingHeight = height;
        paddingWidth = width;
        return this;
    }

    public ConvTranspose2d outputPadding(int both) {
        return outputPadding(both, both);
    }

    /**
     * Adds so many rows at the bottom and columns at the right, smaller than the stride: of the sizes that the convolution
     * would bring to this input's, the smallest is meant with 0.
     */
    public ConvTranspose2d outputPadding(int height, int width) {
        outputPaddingHeight = height;
        outputPaddingWidth = width;
        return this;
    }

    public ConvTranspose2d dilation(int both) {
        return dilation(both, both);
    }

    public ConvTranspose2d dilation(int height, int width) {
        dilationHeight = height;
        dilationWidth = width;
        return this;
    }

    /** Splits channels and filters into groups that do not see each other. */
    public ConvTranspose2d groups(int count) {
        groups = count;
        return this;
    }

    /** Leaves the bias out, or puts it back. */
    public ConvTranspose2d bias(boolean present) {
        biased = present;
        return this;
    }

    public ConvTranspose2d init(Initializer forWeight) {
        return init(forWeight, biasInitializer);
    }

    public ConvTranspose2d init(Initializer forWeight, Initializer forBias) {
        weightInitializer = Objects.requireNonNull(forWeight, "weight initialiser");
        biasInitializer = Objects.requireNonNull(forBias, "bias initialiser");
        return this;
    }

    /**
     * Returns the geometry of the convolution that this is the transpose of, for a sample of shape {@code C×H×W}: its output
     * has that shape.
     *
     * @throws ShapeException if it does not fit
     */
    public ConvGeometry geometry(Shape in) {
        if (in.rank() != 3) {
            throw new ShapeException(
                    "a transposed convolution takes channels×height×width, found " + in + "; put a Reshape in front");
        }
        return new ConvGeometry(
                filters,
                in.dim(0),
                groups,
                axis(
                        "height",
                        in.dim(1),
                        kernelHeight,
                        strideHeight,
                        dilationHeight,
                        paddingHeight,
                        outputPaddingHeight),
                axis("width", in.dim(2), kernelWidth, strideWidth, dilationWidth, paddingWidth, outputPaddingWidth));
    }

    private static WindowAxis axis(
            String name, int in, int kernel, int stride, int dilation, int padding, int outputPadding) {
        if (outputPadding < 0 || outputPadding >= Math.max(1, stride)) {
            throw new ShapeException("the output padding of the " + name + " must be from 0 to the stride less 1, "
                    + (stride - 1) + ", found " + outputPadding);
        }
        long out = (in - 1L) * stride - 2L * padding + (kernel - 1L) * dilation + outputPadding + 1;
        if (out < 1 || out > Integer.MAX_VALUE) {
            throw new ShapeException("the output's " + name + " would be " + out + "; use less padding than " + padding
                    + " or a larger kernel than " + kernel);
        }
        return new WindowAxis((int) out, kernel, stride, dilation, padding, padding, false);
    }

    @Override
    public Shape outputShape(Shape in) {
        return geometry(in).inputShape();
    }

    @Override
    public void fuse(Activation following) {
        activation = following;
    }

    @Override
    protected Flow connect(BuildContext context, Flow in) {
        ConvGeometry geometry = geometry(in.sampleShape());
        Shape output = geometry.inputShape();
        // An output is reached by one in so many taps: the others' inputs lie between two of x's pixels.
        int strides = strideHeight * strideWidth;
        int fanIn = Math.max(1, geometry.fanOut() / strides);
        weight = context.parameter(this, "weight", geometry.weightShape(), weightInitializer, fanIn, geometry.fanIn());
        convolution = context.op(context.backend().conv2d(geometry, Epilogue.NONE, context.maxBatch()));
        sums = context.flow(output, true);
        if (biased) {
            bias = context.parameter(this, "bias", Shape.of(filters), biasInitializer, fanIn, geometry.fanIn());
        }
        if (!biased && activation.kind() == Activation.Kind.IDENTITY) {
            return sums;
        }
        ConvGeometry each = new ConvGeometry(
                filters,
                filters,
                filters,
                single(geometry.rows().in()),
                single(geometry.cols().in()));
        ones = context.fixed(this, "ones", each.weightShape(), 1);
        Epilogue epilogue = new Epilogue(biased ? Bias.PER_FILTER : Bias.NONE, activation);
        finish = context.op(context.backend().conv2d(each, epilogue, context.maxBatch()));
        return context.flow(output, true);
    }

    private static WindowAxis single(int extent) {
        return new WindowAxis(extent, 1, 1, 1, 0, 0, false);
    }

    @Override
    public void forward(int n, Mode mode) {
        convolution.inputGradient(n, weight.value(), in().value(), sums.value());
        if (finish != null) {
            Tensor b = bias == null ? null : bias.value();
            finish.forward(n, sums.value(), ones.value(), b, out().value());
        }
    }

    @Override
    public void backward(int n) {
        if (finish != null) {
            Tensor db = bias == null ? null : bias.gradient();
            finish.backward(
                    n,
                    sums.value(),
                    ones.value(),
                    out().value(),
                    out().gradient(),
                    ones.gradient(),
                    db,
                    sums.gradient());
        }
        Tensor x = in().value();
        Tensor dz = sums.gradient();
        if (in().gradient() != null) {
            convolution.forward(n, dz, weight.value(), null, in().gradient());
        }
        convolution.backward(n, dz, weight.value(), x, x, weight.gradient(), null, null);
    }

    @Override
    public List<Parameter> parameters() {
        if (weight == null) {
            return List.of();
        }
        return bias == null ? List.of(weight) : List.of(weight, bias);
    }

    @Override
    public Map<String, Shape> parameterShapes(Shape in) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("weight", geometry(in).weightShape());
        if (biased) {
            shapes.put("bias", Shape.of(filters));
        }
        return shapes;
    }

    @Override
    void forget() {
        activation = Activation.IDENTITY;
        weight = null;
        bias = null;
        convolution = null;
        finish = null;
        ones = null;
        sums = null;
    }

    @Override
    public long flops(Shape in) {
        return geometry(in).flops();
    }

    @Override
    public String kind() {
        return "conv_transpose2d";
    }

    @Override
    public Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("filters", filters);
        config.put("kernel", List.of(kernelHeight, kernelWidth));
        config.put("stride", List.of(strideHeight, strideWidth));
        config.put("padding", List.of(paddingHeight, paddingWidth));
        config.put("outputPadding", List.of(outputPaddingHeight, outputPaddingWidth));
        config.put("dilation", List.of(dilationHeight, dilationWidth));
        config.put("groups", groups);
        config.put("bias", biased);
        config.put("init", weightInitializer.toString());
        config.put("biasInit", biasInitializer.toString());
        return config;
    }

    static ConvTranspose2d read(LayerConfig config) {
        int[] kernel = config.pair("kernel");
        int[] stride = config.pair("stride", 1);
        int[] padding = config.pair("padding", 0);
        int[] outputPadding = config.pair("outputPadding", 0);
        int[] dilation = config.pair("dilation", 1);
        return new ConvTranspose2d(config.integer("filters"), kernel[0], kernel[1])
                .stride(stride[0], stride[1])
                .padding(padding[0], padding[1])
                .outputPadding(outputPadding[0], outputPadding[1])
                .dilation(dilation[0], dilation[1])
                .groups(config.integer("groups", 1))
                .bias(config.flag("bias", true))
                .init(
                        config.initializer("init", Initializer.HE_UNIFORM),
                        config.initializer("biasInit", Initializer.ZEROS));
    }
}
