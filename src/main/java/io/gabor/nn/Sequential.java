package io.gabor.nn;

import io.gabor.tensor.Shape;
import java.util.List;

/**
 * Layers one behind the other: {@code y = f_k(… f_2(f_1(x)))}. The backward pass walks them the other way round (the chain
 * rule). A weighted layer that an activation follows computes both in one pass, unless the network was built without fusing.
 */
public final class Sequential extends Container {
    public Sequential(List<Layer> layers) {
        super(layers);
    }

    public static Sequential of(Layer... layers) {
        return new Sequential(List.of(layers));
    }

    @Override
    public Shape outputShape(Shape in) {
        return chainShape(in);
    }

    @Override
    protected Flow connect(BuildContext context, Flow in) {
        return connectChain(context, in);
    }

    @Override
    public void forward(int n, Mode mode) {
        forwardChain(n, mode);
    }

    @Override
    public void backward(int n) {
        backwardChain(n);
    }

    @Override
    public String kind() {
        return "sequential";
    }

    static Sequential read(LayerConfig config) {
        return new Sequential(config.layers("layers"));
    }
}
