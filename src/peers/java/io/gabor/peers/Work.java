package io.gabor.peers;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.model.Model;
import io.gabor.model.Models;
import io.gabor.nn.Network;
import java.util.List;
import java.util.Locale;

/**
 * What is measured: one call of it is a batch, a product, or a start.
 *
 * @param name what to call it by
 * @param model the name of a model, or of a net of {@link Vgg}; empty for a product of matrices
 * @param phase what is done with the model
 * @param size the samples of a batch, or the rows and columns of each matrix
 * @param engines who can do it, Gabor first
 */
record Work(String name, String model, Phase phase, int size, List<Engine> engines) {
    /** What is done, and the unit of its figure. */
    enum Phase {
        /** A training step: forward, loss, all gradients, Adam. The batches are in the engine's memory. */
        TRAIN("images/s"),
        /** The forward pass, without gradients, on a batch in the engine's memory. */
        INFER("images/s"),
        /** One image from a Java array to the scores in a Java array. */
        LATENCY("µs"),
        /** {@code y = x·wᵀ} of square matrices in float32, as the forward pass of a dense op without bias. */
        PRODUCT("GFLOP/s"),
        /** From the start of a new JVM to the end of the first training step, on images that are not read from a file. */
        START("ms");

        private final String unit;

        Phase(String unit) {
            this.unit = unit;
        }

        String unit() {
            return unit;
        }

        boolean trains() {
            return this == TRAIN || this == START;
        }
    }

    private static final List<Engine> FRAMEWORKS = List.of(Engine.GABOR, Engine.DJL, Engine.DL4J);
    private static final List<Engine> ONE_THREAD = List.of(Engine.GABOR_1);

    /** All of them, in the order of the table. */
    static final List<Work> ALL = List.of(
            new Work("lenet-train-64", "lenet", Phase.TRAIN, 64, List.of(Engine.values())),
            new Work("lenet-train-512", "lenet", Phase.TRAIN, 512, FRAMEWORKS),
            new Work("lenet-infer-512", "lenet", Phase.INFER, 512, FRAMEWORKS),
            new Work("lenet-latency", "lenet", Phase.LATENCY, 1, FRAMEWORKS),
            new Work("vgg-train-64", Vgg.PLAIN, Phase.TRAIN, 64, List.of(Engine.GABOR, Engine.DJL)),
            new Work("vgg-bn-train-64", Vgg.NORMALIZED, Phase.TRAIN, 64, List.of(Engine.GABOR, Engine.DJL)),
            new Work("sgemm-512", "", Phase.PRODUCT, 512, ONE_THREAD),
            new Work("sgemm-768", "", Phase.PRODUCT, 768, ONE_THREAD),
            new Work("sgemm-1024", "", Phase.PRODUCT, 1024, ONE_THREAD),
            new Work("start", "lenet", Phase.START, 64, FRAMEWORKS));

    /** Returns the work of this name. */
    static Work byName(String name) {
        return ALL.stream()
                .filter(work -> work.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no work '" + name + "'; there are "
                        + String.join(", ", ALL.stream().map(Work::name).toList())));
    }

    Model net() {
        return Models.find(model).orElseGet(() -> Vgg.model(model));
    }

    /** Returns the floating-point operations of a call: those of Gabor's direct method, whatever the engine does. */
    double flops() {
        if (phase == Phase.PRODUCT) {
            return 2.0 * size * size * size;
        }
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(net().layers(), net().sampleShape(), backend, 1, 1)) {
            return (double) size * (phase.trains() ? network.trainingFlops() : network.forwardFlops());
        }
    }

    /** Returns so many calls in a second in the unit of the phase. */
    double inUnits(double callsPerSecond) {
        return switch (phase) {
            case TRAIN, INFER -> callsPerSecond * size;
            case LATENCY -> 1e6 / callsPerSecond;
            case START -> 1e3 / callsPerSecond;
            case PRODUCT -> callsPerSecond * flops() / 1e9;
        };
    }

    /** Returns a figure with its unit, for people. */
    String text(double figure) {
        return String.format(Locale.ROOT, figure < 100 ? "%.1f %s" : "%,.0f %s", figure, phase.unit);
    }
}
