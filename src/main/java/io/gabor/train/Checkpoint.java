package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.nn.Buffer;
import io.gabor.nn.Network;
import io.gabor.nn.Parameter;
import io.gabor.optim.OptimizerState;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A copy of tensors, in backend memory, to go back to. */
final class Checkpoint implements AutoCloseable {
    private final Backend backend;
    private final List<Tensor> live = new ArrayList<>();
    private final List<Tensor> copies = new ArrayList<>();

    /** A copy of all that a training step changes. */
    Checkpoint(Network network, OptimizerState optimizer, DeviceDataset data, List<Tensor> averages) {
        this(network, changed(network, optimizer, data, averages));
    }

    /** A copy of a network's parameters. */
    Checkpoint(Network network) {
        this(network, List.of());
    }

    private Checkpoint(Network network, List<Tensor> others) {
        backend = network.backend();
        network.parameters().stream().map(Parameter::value).forEach(live::add);
        network.buffers().stream().map(Buffer::value).forEach(live::add);
        live.addAll(others);
        try {
            live.forEach(tensor -> copies.add(backend.allocate(tensor.type(), tensor.shape())));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static List<Tensor> changed(
            Network network, OptimizerState optimizer, DeviceDataset data, List<Tensor> averages) {
        List<Tensor> changed = new ArrayList<>(optimizer.tensors());
        changed.addAll(averages);
        changed.add(optimizer.stepCounter());
        changed.add(data.cursor());
        network.passCounter().ifPresent(changed::add);
        return changed;
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
