package io.gabor.cli;

import io.gabor.backend.Backend;
import io.gabor.nn.Flow;
import io.gabor.nn.Layer;
import io.gabor.nn.Network;
import io.gabor.nn.Parameter;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Storage;
import io.gabor.tensor.Tensor;
import io.gabor.train.TrainingPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gabor summary}: a model layer by layer. */
@Command(
        name = "summary",
        description = {
            "Shows a model layer by layer: forward and backward shapes of one image, parameters, floating-point"
                    + " operations, and the memory that training takes for a batch.",
            "MFLOP count multiplications and additions of convolutions, dense layers and pooling, not element-wise"
                    + " work; a training step is forward, weight gradient and input gradient."
        },
        footer = {
            "  gabor summary",
            "  gabor summary --model digits01 --batch 1",
            "  gabor summary --model lenet.safetensors --json summary.json"
        })
final class SummaryCommand extends GaborCommand {
    @Option(
            names = "--model",
            paramLabel = "NAME|FILE",
            defaultValue = "lenet",
            description = "The name of a model, a model file, or a text in YAML that describes a model"
                    + " (default: ${DEFAULT-VALUE}).")
    private String model;

    @Option(
            names = "--batch",
            paramLabel = "N",
            converter = WholeNumber.AtLeastOne.class,
            description = "Samples per step, for the memory (default: from the model's recipe).")
    private Integer batch;

    @Mixin
    private BackendChoice backendChoice;

    @Override
    int run(Screen screen, JsonReport report) throws Exception {
        ModelSource source = ModelSource.find(model);
        int samples = batch == null ? source.recipe().batch() : batch;
        int outputs = source.outputs();
        Shape sample = source.sampleShape();
        // With one sample: a batch that does not fit has a plan as well, and values and gradients grow with the batch.
        try (Backend backend = backendChoice.open();
                Network network = source.training(outputs, sample, backend, 1, 1)) {
            TrainingPlan plan = TrainingPlan.of(
                    source.layers(outputs),
                    sample,
                    backend,
                    samples,
                    source.recipe().createOptimizer(),
                    null,
                    source.recipe().options().runOptions());
            MemoryTable memory = new MemoryTable(backend, plan);
            List<Row> rows = rows(network, samples);
            print(screen, source, network, plan, rows);
            memory.print(screen);
            report.put("command", "summary")
                    .put("version", Version.text())
                    .put("model", source.name())
                    .put("batch", samples)
                    .put("parameters", network.parameterCount())
                    .put("forwardFlops", network.forwardFlops())
                    .put("trainingFlops", network.trainingFlops())
                    .put("activationBytes", plan.network().activations())
                    .put("memory", memory.write())
                    .put("layers", rows.stream().map(Row::write).toList());
            return ExitCode.DONE;
        }
    }

    /**
     * A layer.
     *
     * @param in the shape of a sample on its way in
     * @param out the shape of a sample on its way out
     * @param backward whether there is a gradient with respect to the input
     * @param trainingFlops of forward, weight gradient and input gradient, as far as there are such
     * @param bytes of its output and that output's gradient, where it has memory of its own
     */
    private record Row(
            String name,
            String kind,
            Shape in,
            Shape out,
            boolean backward,
            long parameters,
            long forwardFlops,
            long trainingFlops,
            long bytes) {
        String forwardShapes() {
            return in + " → " + out;
        }

        String backwardShapes() {
            return backward ? out + " → " + in : parameters > 0 ? out + " → weights" : "none";
        }

        Map<String, Object> write() {
            Map<String, Object> written = new LinkedHashMap<>();
            written.put("name", name);
            written.put("kind", kind);
            written.put("input", dims(in));
            written.put("output", dims(out));
            written.put("inputGradient", backward ? dims(in) : null);
            written.put("parameters", parameters);
            written.put("forwardFlops", forwardFlops);
            written.put("trainingFlops", trainingFlops);
            written.put("activationBytes", bytes);
            return written;
        }

        private static List<Integer> dims(Shape shape) {
            return Arrays.stream(shape.dims()).boxed().toList();
        }
    }

    private static List<Row> rows(Network network, int batch) {
        Set<Storage> counted = Collections.newSetFromMap(new IdentityHashMap<>());
        int element = network.backend().bytesOf(ElementType.F32);
        elements(network.in(), counted);
        List<Row> rows = new ArrayList<>();
        Shape out = network.in().sampleShape();
        for (Layer layer : network.leaves()) {
            // What the layer in front computes as well has no values of its own between the two.
            Shape in = layer.isFused() ? out : layer.in().sampleShape();
            out = layer.outputShape(in);
            boolean backward = layer.in().gradient() != null;
            rows.add(new Row(
                    layer.name(),
                    layer.kind(),
                    in,
                    out,
                    backward,
                    layer.parameters().stream()
                            .map(Parameter::shape)
                            .mapToLong(Shape::size)
                            .sum(),
                    layer.forwardFlops(),
                    layer.forwardFlops() + layer.backwardFlops(),
                    (long) batch * element * elements(layer.out(), counted)));
        }
        return rows;
    }

    /** Memory that two flows share is counted once. */
    private static long elements(Flow flow, Set<Storage> counted) {
        long elements = 0;
        for (Tensor tensor : new Tensor[] {flow.value(), flow.gradient()}) {
            if (tensor != null && counted.add(tensor.storage())) {
                elements += tensor.size();
            }
        }
        return elements;
    }

    private static void print(Screen screen, ModelSource source, Network network, TrainingPlan plan, List<Row> rows) {
        screen.format(
                "%s: samples of %s, %s outputs, batch %d",
                source.name(),
                source.sampleShape(),
                network.out().sampleShape(),
                plan.network().batch());
        Table table = new Table(
                "layer",
                "kind",
                "forward",
                "backward",
                ">parameters",
                ">MFLOP forward",
                ">MFLOP training",
                ">activations");
        for (Row row : rows) {
            table.row(
                    row.name(),
                    row.kind(),
                    row.forwardShapes(),
                    row.backwardShapes(),
                    Numbers.count(row.parameters()),
                    Numbers.mega(row.forwardFlops()),
                    Numbers.mega(row.trainingFlops()),
                    Numbers.bytes(row.bytes()));
        }
        table.row(
                "total",
                "",
                "",
                "",
                Numbers.count(network.parameterCount()),
                Numbers.mega(network.forwardFlops()),
                Numbers.mega(network.trainingFlops()),
                Numbers.bytes(plan.network().activations()));
        screen.table(table);
        screen.line("The total of the activations includes the input.");
    }
}
