package io.gabor.nn;

import io.gabor.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * A layer made of layers that run one behind the other: what {@link Sequential}, {@link Residual} and
 * {@link Concat} share; the last one's run side by side.
 */
public abstract class Container extends Layer {
    private final List<Layer> layers;
    /** Null unless somebody measures. */
    private PassListener listener;

    protected Container(List<Layer> layers) {
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("a " + getClass().getSimpleName() + " needs at least one layer");
        }
        if (new HashSet<>(layers).size() != layers.size()) {
            throw new IllegalArgumentException(
                    "the same layer object stands twice in one container; layers hold their own "
                            + "weights, so make one for each place");
        }
        this.layers = List.copyOf(layers);
    }

    /** Returns a layer that takes the same input as the first one and runs beside them all; null for none. */
    Layer beside() {
        return null;
    }

    /** Returns whether every layer takes this container's input, instead of the output of the one in front. */
    boolean parallel() {
        return false;
    }

    /** Returns the shape behind the last layer; every layer checks its own input and names itself if it does not fit. */
    protected final Shape chainShape(Shape in) {
        nameChildren();
        Shape shape = in;
        for (Layer layer : layers) {
            shape = layer.outputShapeNamed(shape);
        }
        return shape;
    }

    /** Connects the layers one behind the other and returns the last one's flow. */
    protected final Flow connectChain(BuildContext context, Flow in) {
        Flow flow = in;
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            if (context.fusing() && !layer.isFused()) {
                fuse(layer, i + 1, context.training());
            }
            flow = layer.build(context, flow);
        }
        return flow;
    }

    /** Lets a layer compute what follows it from {@code next} on, as far as it can. */
    private void fuse(Layer layer, int next, boolean training) {
        int behind = next;
        if (!training && layer instanceof WeightedLayer weighted && at(behind) instanceof BatchNorm norm) {
            weighted.fold(norm);
            norm.markFolded();
            behind++;
        }
        if (layer instanceof FusingLayer fusing && at(behind) instanceof ActivationLayer activation) {
            fusing.fuse(activation.function());
            activation.markFused();
            behind++;
        }
        if (layer instanceof Conv2d conv && at(behind) instanceof MaxPool2d pool) {
            conv.offer(pool);
        }
    }

    private Layer at(int index) {
        return index < layers.size() ? layers.get(index) : null;
    }

    protected final void forwardChain(int n, Mode mode) {
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            forwardOne(layer, n, mode);
        }
    }

    protected final void backwardChain(int n) {
        for (int i = layers.size() - 1; i >= 0; i--) {
            Layer layer = layers.get(i);
            backwardOne(layer, n);
        }
    }

    /** Runs the forward pass of one of the layers. */
    final void forwardOne(Layer layer, int n, Mode mode) {
        enter(layer);
        layer.forward(n, mode);
        leave(layer);
    }

    /** Runs the backward pass of one of the layers. */
    final void backwardOne(Layer layer, int n) {
        enter(layer);
        layer.backward(n);
        leave(layer);
    }

    private void enter(Layer layer) {
        if (listener != null) {
            listener.enter(layer);
        }
    }

    private void leave(Layer layer) {
        if (listener != null) {
            listener.leave(layer);
        }
    }

    /** Has this listener told of the layers inside, however deep; null ends that. */
    final void listen(PassListener newListener) {
        listener = newListener;
        for (Layer layer : children()) {
            if (layer instanceof Container container) {
                container.listen(newListener);
            }
        }
    }

    /** Returns the shapes behind all layers for one input, each named. */
    final List<Shape> branchShapes(Shape in) {
        nameChildren();
        return layers.stream().map(layer -> layer.outputShapeNamed(in)).toList();
    }

    /** Gives nameless layers their kind and a number, and puts this container's name in front of all. */
    private void nameChildren() {
        if (layers.get(0).isBuilt()) {
            return;
        }
        String prefix = name() == null ? "" : name() + ".";
        Map<String, Integer> counts = new HashMap<>();
        Set<String> taken = new HashSet<>();
        for (Layer layer : children()) {
            String stem = layer.kind().replaceAll("[12]d$", "");
            int number = counts.merge(stem, 1, Integer::sum);
            String own = layer.name() == null
                    ? stem + number
                    : layer.name().substring(layer.name().lastIndexOf('.') + 1);
            if (!taken.add(own)) {
                throw new IllegalArgumentException("two layers of one container are named '" + own + "'");
            }
            layer.rename(prefix + own);
        }
    }

    @Override
    public final List<Layer> children() {
        if (beside() == null) {
            return layers;
        }
        List<Layer> all = new ArrayList<>(layers);
        all.add(beside());
        return all;
    }

    @Override
    public final List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>();
        children().forEach(layer -> all.addAll(layer.parameters()));
        return all;
    }

    @Override
    public final List<Buffer> buffers() {
        List<Buffer> all = new ArrayList<>();
        children().forEach(layer -> all.addAll(layer.buffers()));
        return all;
    }

    @Override
    public final Map<String, Shape> parameterShapes(Shape in) {
        return shapes(in, Layer::parameterShapes);
    }

    @Override
    public final Map<String, Shape> bufferShapes(Shape in) {
        return shapes(in, Layer::bufferShapes);
    }

    private Map<String, Shape> shapes(Shape in, BiFunction<Layer, Shape, Map<String, Shape>> ofLayer) {
        outputShapeNamed(in); // names the layers, and the one that does not fit
        Map<String, Shape> shapes = new LinkedHashMap<>();
        Shape shape = in;
        for (Layer layer : layers) {
            collect(layer, shape, ofLayer, shapes);
            shape = parallel() ? in : layer.outputShape(shape);
        }
        if (beside() != null) {
            collect(beside(), in, ofLayer, shapes);
        }
        return shapes;
    }

    private static void collect(
            Layer layer, Shape in, BiFunction<Layer, Shape, Map<String, Shape>> ofLayer, Map<String, Shape> into) {
        boolean container = !layer.children().isEmpty();
        ofLayer.apply(layer, in).forEach((role, of) -> into.put(container ? role : layer.name() + "." + role, of));
    }

    @Override
    public final long flops(Shape in) {
        long sum = beside() == null ? 0 : beside().flops(in);
        Shape shape = in;
        for (Layer layer : layers) {
            sum += layer.flops(shape);
            shape = parallel() ? in : layer.outputShape(shape);
        }
        return sum;
    }

    @Override
    public Map<String, Object> config() {
        List<Object> written = new ArrayList<>();
        layers.forEach(layer -> written.add(LayerConfig.write(layer)));
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("layers", written);
        return config;
    }
}
