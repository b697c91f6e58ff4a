package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Tensors that are released together, also where making one of them fails. */
final class Held implements AutoCloseable {
    private final Backend backend;
    private final List<Tensor> tensors = new ArrayList<>();

    Held(Backend backend) {
        this.backend = backend;
    }

    Tensor allocate(ElementType type, Shape shape) {
        Tensor tensor = backend.allocate(type, shape);
        tensors.add(tensor);
        return tensor;
    }

    @Override
    public void close() {
        tensors.forEach(backend::release);
        tensors.clear();
    }
}
