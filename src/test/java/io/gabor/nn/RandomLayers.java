package io.gabor.nn;

import io.gabor.backend.Bias;
import io.gabor.backend.Ties;
import io.gabor.tensor.Padding;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Draws layers with settings of every kind, together with a sample that fits them. Small, so that everything can be checked. */
final class RandomLayers {
    private final Philox random;

    RandomLayers(long seed) {
        random = new Philox(seed, 4711);
    }

    /** A layer and a sample's shape for it. */
    record Case(Layer layer, Shape sample) {
        @Override
        public String toString() {
            return sample + " -> " + layer;
        }
    }

    int between(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    private boolean coin() {
        return random.nextInt(2) == 0;
    }

    <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** Draws a convolution with any stride, padding, dilation, groups and bias. */
    Case conv() {
        int groups = coin() ? 1 : between(2, 3);
        int channels = groups * between(1, 2);
        int filters = groups * between(1, 2);
        int kernelHeight = between(1, 3);
        int kernelWidth = between(1, 3);
        int dilationHeight = coin() ? 1 : 2;
        int dilationWidth = coin() ? 1 : 2;
        Padding padding = oneOf(List.of(
                Padding.VALID, Padding.SAME, Padding.of(between(0, 2), between(0, 2), between(0, 2), between(0, 2))));
        Layer layer = new Conv2d(filters, kernelHeight, kernelWidth)
                .stride(between(1, 3), between(1, 3))
                .dilation(dilationHeight, dilationWidth)
                .padding(padding)
                .groups(groups)
                .bias(oneOf(List.of(Bias.values())));
        int height = (kernelHeight - 1) * dilationHeight + between(1, 4);
        int width = (kernelWidth - 1) * dilationWidth + between(1, 4);
        return new Case(layer, Shape.of(channels, height, width));
    }

    /** Draws a transposed convolution with any stride, padding, output padding, dilation, groups, with or without a bias. */
    Case convTranspose() {
        int groups = coin() ? 1 : between(2, 3);
        int kernelHeight = between(1, 3);
        int kernelWidth = between(1, 3);
        int strideHeight = between(1, 3);
        int strideWidth = between(1, 3);
        int dilationHeight = coin() ? 1 : 2;
        int dilationWidth = coin() ? 1 : 2;
        Layer layer = new ConvTranspose2d(groups * between(1, 2), kernelHeight, kernelWidth)
                .stride(strideHeight, strideWidth)
                .padding(
                        between(0, (kernelHeight - 1) * dilationHeight / 2),
                        between(0, (kernelWidth - 1) * dilationWidth / 2))
                .outputPadding(between(0, strideHeight - 1), between(0, strideWidth - 1))
                .dilation(dilationHeight, dilationWidth)
                .groups(groups)
                .bias(coin());
        return new Case(layer, Shape.of(groups * between(1, 2), between(1, 4), between(1, 4)));
    }

    /** Draws a dense layer with or without a bias. */
    Case dense() {
        return new Case(new Dense(between(1, 5)).bias(coin()), Shape.of(between(1, 6)));
    }

    /** Draws max pooling: overlapping, touching or gapped windows, padding, floor or ceil. */
    Case maxPool() {
        int height = between(1, 3);
        int width = between(1, 3);
        MaxPool2d layer =
                new MaxPool2d(height, width).padding(poolPadding(height, width)).ceil(coin());
        layer.ties(oneOf(List.of(Ties.values())));
        if (coin()) {
            layer.stride(between(1, 4), between(1, 4));
        }
        return new Case(layer, Shape.of(between(1, 2), height + between(0, 4), width + between(0, 4)));
    }

    /** Draws average pooling, as {@link #maxPool}, with padding counted or not. */
    Case avgPool() {
        int height = between(1, 3);
        int width = between(1, 3);
        AvgPool2d layer = new AvgPool2d(height, width)
                .padding(poolPadding(height, width))
                .ceil(coin())
                .countPadding(coin());
        if (coin()) {
            layer.stride(between(1, 4), between(1, 4));
        }
        return new Case(layer, Shape.of(between(1, 2), height + between(0, 4), width + between(0, 4)));
    }

    private Padding poolPadding(int height, int width) {
        return oneOf(List.of(
                Padding.VALID,
                Padding.SAME,
                Padding.of(
                        between(0, height - 1), between(0, height - 1), between(0, width - 1), between(0, width - 1))));
    }

    /** Draws batch normalisation of vectors or images, with or without an activation behind it. */
    Case batchNorm() {
        boolean images = coin();
        double epsilon = oneOf(List.of(1e-5, 0.1));
        Layer norm = images
                ? new BatchNorm2d().affine(coin()).scale(coin()).epsilon(epsilon)
                : new BatchNorm1d().affine(coin()).scale(coin()).epsilon(epsilon);
        Layer layer = coin() ? norm : Sequential.of(norm, new Tanh());
        return new Case(
                layer, images ? Shape.of(between(1, 3), between(1, 3), between(1, 4)) : Shape.of(between(1, 5)));
    }

    /** Draws layer normalisation of vectors or images, with or without an activation behind it. */
    Case layerNorm() {
        Layer norm = new LayerNorm().affine(coin()).epsilon(oneOf(List.of(1e-5, 0.1)));
        Layer layer = coin() ? norm : Sequential.of(norm, new Tanh());
        return new Case(
                layer, coin() ? Shape.of(between(1, 3), between(1, 3), between(2, 4)) : Shape.of(between(2, 6)));
    }

    /** Draws dropout of values or channels, of the input or behind a layer that learns. */
    Case dropout() {
        boolean images = coin();
        double probability = oneOf(List.of(0.0, 0.3, 0.5, 0.9));
        Layer dropout = images ? new Dropout2d(probability) : new Dropout(probability);
        Layer layer = coin() ? dropout : Sequential.of(images ? new Conv2d(3, 1) : new Dense(4), dropout, new Tanh());
        return new Case(
                layer, images ? Shape.of(between(1, 4), between(1, 3), between(1, 4)) : Shape.of(between(1, 5)));
    }

    /** Draws zeros around images or pixels that become squares. */
    Case enlarge() {
        Layer layer = coin()
                ? new UpsampleNearest2d(between(1, 3))
                : new ZeroPad2d(Padding.of(between(0, 2), between(0, 2), between(0, 2), between(0, 2)));
        return new Case(layer, Shape.of(between(1, 3), between(1, 4), between(1, 4)));
    }

    /** Draws an activation. */
    Layer activation() {
        return switch (random.nextInt(4)) {
            case 0 -> new ReLU();
            case 1 -> new LeakyReLU(oneOf(List.of(0.01f, 0.3f, 2f)));
            case 2 -> new Sigmoid();
            default -> new Tanh();
        };
    }

    /**
     * Draws a network for images: one to four steps of convolution, pooling, activations, residuals and nested sequences, then
     * a head of dense layers.
     *
     * @param kinks whether steps that are not differentiable everywhere may be among them
     */
    Case network(boolean kinks) {
        Shape sample = Shape.of(between(1, 2), between(3, 6), between(3, 6));
        List<Layer> layers = new ArrayList<>(imageSteps(sample, between(1, 4), kinks, 0));
        Shape shape = Sequential.of(copies(layers)).outputShape(sample);
        layers.add(coin() ? new Flatten() : new Reshape(shape.size()));
        layers.add(new Dense(between(2, 4)).bias(coin()));
        layers.add(kinks ? activation() : new Tanh());
        layers.add(new Dense(between(1, 3)));
        if (coin()) {
            layers.add(new Softmax());
        }
        return new Case(new Sequential(layers), sample);
    }

    private List<Layer> imageSteps(Shape in, int count, boolean kinks, int depth) {
        List<Layer> layers = new ArrayList<>();
        Shape shape = in;
        for (int i = 0; i < count; i++) {
            Shape now = shape;
            List<Function<Shape, Layer>> choices = new ArrayList<>(List.of(
                    s -> new Conv2d(between(1, 3), Math.min(3, Math.min(s.dim(1), s.dim(2))))
                            .padding(coin() ? Padding.SAME : Padding.VALID)
                            .bias(oneOf(List.of(Bias.values()))),
                    s -> new AvgPool2d(Math.min(2, s.dim(1)), Math.min(2, s.dim(2))).stride(1),
                    s -> kinks ? activation() : new Sigmoid(),
                    s -> new Reshape(s.dim(0), s.dim(2), s.dim(1))));
            if (kinks) {
                choices.add(s -> new MaxPool2d(Math.min(2, s.dim(1)), Math.min(2, s.dim(2))));
            }
            if (depth < 2) {
                choices.add(s -> new Sequential(imageSteps(now, between(1, 2), kinks, depth + 1)));
                choices.add(s -> residual(now, kinks, depth + 1));
            }
            Layer layer = oneOf(choices).apply(shape);
            shape = Sequential.of(copies(List.of(layer))).outputShape(shape);
            layers.add(layer);
        }
        return layers;
    }

    private Residual residual(Shape shape, boolean kinks, int depth) {
        List<Layer> body = new ArrayList<>();
        body.add(new Conv2d(shape.dim(0), oneOf(List.of(1, 3))).padding(Padding.SAME));
        if (coin()) {
            body.add(kinks ? activation() : new Tanh());
        }
        if (depth < 2 && coin()) {
            body.add(residual(shape, kinks, depth + 1));
        }
        Residual residual = new Residual(body);
        return coin() ? residual : residual.shortcut(new Conv2d(shape.dim(0), 1));
    }

    /** Returns layers that do the same and belong to nothing yet. */
    static Layer copy(Layer layer) {
        return LayerConfig.read(LayerConfig.write(layer));
    }

    private static Layer[] copies(List<Layer> layers) {
        return layers.stream().map(RandomLayers::copy).toArray(Layer[]::new);
    }
}
