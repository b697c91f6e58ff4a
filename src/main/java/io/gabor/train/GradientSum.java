package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.nn.Network;
import io.gabor.nn.Parameter;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient and the loss of a batch that is computed in parts: the mean of the parts', each by its share of the samples,
 * which is that of the whole batch up to rounding. The last part's gradients receive it, so that whatever follows finds
 * the gradient where it always is.
 */
final class GradientSum implements AutoCloseable {
    private final Backend backend;
    private final Held held;
    private final List<Tensor> gradients = new ArrayList<>();
    private final List<Tensor> sums = new ArrayList<>();
    private final Tensor loss;

    GradientSum(Network network) {
        backend = network.backend();
        held = new Held(backend);
        try {
            loss = held.allocate(ElementType.F32, Shape.of(1));
            for (Parameter parameter : network.parameters()) {
                gradients.add(parameter.gradient());
                sums.add(held.allocate(ElementType.F32, parameter.shape()));
            }
        } catch (RuntimeException | Error e) {
            held.close();
            throw e;
        }
    }

    /**
     * Adds a part, whose gradients have just been computed.
     *
     * @param part its number, from 0
     * @param parts how many there are
     * @param share which share of the batch's samples it has
     * @param partLoss its loss
     */
    void add(int part, int parts, double share, Tensor partLoss) {
        float weight = (float) share;
        backend.blend(1, weight, partLoss, part == 0 ? 0 : 1, loss);
        if (parts == 1) {
            return;
        }
        for (int i = 0; i < sums.size(); i++) {
            Tensor gradient = gradients.get(i);
            if (part < parts - 1) {
                backend.blend(gradient.size(), weight, gradient, part == 0 ? 0 : 1, sums.get(i));
            } else {
                backend.blend(gradient.size(), 1, sums.get(i), weight, gradient);
            }
        }
    }

    /** Returns the loss of the parts so far. */
    Tensor loss() {
        return loss;
    }

    @Override
    public void close() {
        held.close();
    }
}
