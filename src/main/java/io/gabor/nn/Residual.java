package io.gabor.nn;

import io.gabor.backend.Backend;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import io.gabor.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * A body with a shortcut around it (He et al., 2016). The shortcut is the input itself, or, where the body changes the shape,
 * layers of its own ({@link #shortcut}): a 1×1 convolution, usually.
 *
 * <pre>
 * forward    y  = f(x) + x          or f(x) + s(x)
 * backward   dx = the body's input gradient for dy, + dy or the shortcut's input gradient for dy
 * </pre>
 *
 * <p>The input reaches the output by two ways, so its gradient is the sum over both.
 */
public final class Residual extends Container {
    private Sequential shortcut;
    private Backend backend;
    private Flow bodyIn;
    private Flow bodyOut;

    /** Makes a shortcut around these layers, one behind the other. */
    public Residual(List<Layer> body) {
        super(body);
    }

    public static Residual of(Layer... body) {
        return new Residual(List.of(body));
    }

    /** Puts these layers, one behind the other, into the shortcut. */
    public Residual shortcut(Layer... layers) {
        return shortcut(List.of(layers));
    }

    private Residual shortcut(List<Layer> layers) {
        shortcut = new Sequential(layers);
        shortcut.named("shortcut");
        return this;
    }

    @Override
    Layer beside() {
        return shortcut;
    }

    @Override
    public Shape outputShape(Shape in) {
        Shape body = chainShape(in);
        Shape other = shortcut == null ? in : shortcut.outputShapeNamed(in);
        if (!body.equals(other)) {
            throw new ShapeException(
                    shortcut == null
                            ? "the body turns it into " + body + ", and a residual sum needs equal shapes; use as many "
                                    + "filters as input channels, stride 1 and padding 'same', or put a convolution into "
                                    + "the shortcut"
                            : "the body turns it into " + body + " and the shortcut into " + other
                                    + ", and a residual sum needs equal shapes");
        }
        return body;
    }

    @Override
    protected Flow connect(BuildContext context, Flow in) {
        backend = context.backend();
        // The body writes its input gradient beside the shortcut's, so it gets a gradient of its own to write to.
        bodyIn = in.gradient() == null
                ? in
                : new Flow(in.value(), context.flow(in.sampleShape(), false).value());
        bodyOut = connectChain(context, bodyIn);
        Tensor gradient = bodyOut.gradient();
        if (shortcut != null && shortcut.build(context, in).gradient() != null && gradient == null) {
            gradient = shortcut.out().gradient();
        }
        // The gradient of a sum is that of its terms: the body reads it from where the layer behind writes it.
        return new Flow(context.flow(bodyOut.sampleShape(), false).value(), gradient);
    }

    @Override
    public void forward(int n, Mode mode) {
        forwardChain(n, mode);
        if (shortcut != null) {
            forwardOne(shortcut, n, mode);
        }
        Tensor other = shortcut == null ? in().value() : shortcut.out().value();
        backend.add(n * out().sampleSize(), other, bodyOut.value(), out().value());
    }

    @Override
    public void backward(int n) {
        Tensor gradient = out().gradient();
        if (gradient == null) {
            return;
        }
        if (shortcut != null && shortcut.out().gradient() != null) {
            if (shortcut.out().gradient() != gradient) {
                backend.copy(n * out().sampleSize(), gradient, shortcut.out().gradient());
            }
            backwardOne(shortcut, n);
        }
        if (bodyOut.gradient() != null) {
            backwardChain(n);
        }
        if (in().gradient() != null) {
            Tensor other = shortcut == null ? gradient : in().gradient();
            backend.add(n * in().sampleSize(), other, bodyIn.gradient(), in().gradient());
        }
    }

    @Override
    public String kind() {
        return "residual";
    }

    @Override
    public Map<String, Object> config() {
        Map<String, Object> config = super.config();
        if (shortcut != null) {
            config.put("shortcut", shortcut.config().get("layers"));
        }
        return config;
    }

    static Residual read(LayerConfig config) {
        Residual residual = new Residual(config.layers("layers"));
        return config.has("shortcut") ? residual.shortcut(config.layers("shortcut")) : residual;
    }
}
