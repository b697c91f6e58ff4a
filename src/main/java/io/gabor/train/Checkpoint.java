package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.nn.Buffer;
import io.gabor.nn.Network;
import io.gabor.nn.Parameter;
import io.gabor.optim.OptimizerState;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A copy, in backend memory, of all that a training step changes, to go back to. */
final class Checkpoint implements AutoCloseable {
    private final Backend backend;
    private final List<Tensor> live = new ArrayList<>();
    private final List<Tensor> copies = new ArrayList<>();

    Checkpoint(Network network, OptimizerState optimizer, DeviceDataset data) {
        backend = network.backend();
        network.parameters().stream().map(Parameter::value).forEach(live::add);
        network.buffers().stream().map(Buffer::value).forEach(live::add);
        live.addAll(optimizer.tensors());
        live.add(optimizer.stepCounter());
        live.add(data.cursor());
        try {
            live.forEach(tensor -> copies.add(backend.allocate(tensor.type(), tensor.shape())));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    void save() {
        for (int i = 0; i < live.size(); i++) {
            backend.copy(live.get(i).size(), live.get(i), copies.get(i));
        }
    }

    void restore() {
        for (int i = 0; i < live.size(); i++) {
            backend.copy(live.get(i).size(), copies.get(i), live.get(i));
        }
    }

    @Override
    public void close() {
        copies.forEach(backend::release);
    }
}
