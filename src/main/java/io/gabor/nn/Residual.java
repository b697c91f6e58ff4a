package io.gabor.nn;

import io.gabor.backend.Backend;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.List;

/**
 * A body with a shortcut around it (He et al., 2016): any shape in, the same shape out.
 *
 * <pre>
 * forward    y  = x + f(x)
 * backward   dx = dy + the body's input gradient for dy
 * </pre>
 *
 * <p>The input reaches the output by two ways, so its gradient is the sum over both.
 */
public final class Residual extends Container {
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

    @Override
    public Shape outputShape(Shape in) {
        Shape body = chainShape(in);
        if (!body.equals(in)) {
            throw new ShapeException("the body turns it into " + body + ", and a residual sum needs equal shapes; "
                    + "use as many filters as input channels, stride 1 and padding 'same'");
        }
        return in;
    }

    @Override
    protected Flow connect(BuildContext context, Flow in) {
        backend = context.backend();
        // The body writes its input gradient beside the shortcut's, so it gets a gradient of its own to write to.
        bodyIn = in.gradient() == null
                ? in
                : new Flow(in.value(), context.flow(in.sampleShape(), false).value());
        bodyOut = connectChain(context, bodyIn);
        return context.flow(in.sampleShape(), bodyOut.gradient() != null);
    }

    @Override
    public void forward(int n, Mode mode) {
        forwardChain(n, mode);
        backend.add(n * in().sampleSize(), in().value(), bodyOut.value(), out().value());
    }

    @Override
    public void backward(int n) {
        if (bodyOut.gradient() == null) {
            return;
        }
        int count = n * in().sampleSize();
        backend.copy(count, out().gradient(), bodyOut.gradient());
        backwardChain(n);
        if (in().gradient() != null) {
            backend.add(count, out().gradient(), bodyIn.gradient(), in().gradient());
        }
    }

    @Override
    public String kind() {
        return "residual";
    }

    static Residual read(LayerConfig config) {
        return new Residual(config.layers("layers"));
    }
}
