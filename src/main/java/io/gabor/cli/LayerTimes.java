package io.gabor.cli;

import io.gabor.backend.Activation;
import io.gabor.nn.Conv2d;
import io.gabor.nn.Layer;
import io.gabor.nn.WeightedLayer;
import io.gabor.train.StepPart;
import io.gabor.train.StepProfile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Where the time of a training step goes on one backend, for people and for programs. */
final class LayerTimes {
    private final String backend;
    private final StepProfile profile;
    private final double ceilingGflops;

    /**
     * Takes what was measured.
     *
     * @param ceilingGflops the CPU's multiply-adds; what a device with a clock of its own does is not compared with them
     */
    LayerTimes(String backend, StepProfile profile, double ceilingGflops) {
        this.backend = backend;
        this.profile = profile;
        this.ceilingGflops = ceilingGflops;
    }

    void print(Screen screen) {
        screen.line("");
        screen.format(
                "%s: a training step of batch %d takes %s ms, median of %s by the %s clock",
                backend,
                profile.batch(),
                milliseconds(profile.seconds()),
                Numbers.count(profile.steps()),
                profile.onDevice() ? "device's" : "host's");
        Table table = new Table(
                "layer",
                "op",
                ">forward ms",
                ">GFLOP/s",
                ">of ceiling",
                ">of step",
                ">backward ms",
                ">GFLOP/s",
                ">of ceiling",
                ">of step");
        row(table, "batch assembly", "", part(StepPart.BATCH), Optional.empty());
        for (Layer layer : profile.layers()) {
            row(
                    table,
                    layer.name(),
                    op(layer),
                    profile.row(StepPart.FORWARD, layer),
                    profile.row(StepPart.BACKWARD, layer));
        }
        row(table, "loss", "", part(StepPart.LOSS), Optional.empty());
        row(table, "optimizer", "", Optional.empty(), part(StepPart.OPTIMIZER));
        row(table, "bookkeeping", "", Optional.empty(), part(StepPart.BOOKKEEPING));
        screen.table(table);
    }

    private void row(
            Table table,
            String name,
            String op,
            Optional<StepProfile.Row> forward,
            Optional<StepProfile.Row> backward) {
        List<String> cells = new ArrayList<>(List.of(name, op));
        cells.addAll(cells(forward));
        cells.addAll(cells(backward));
        table.row(cells.toArray(String[]::new));
    }

    private List<String> cells(Optional<StepProfile.Row> found) {
        if (found.isEmpty()) {
            return List.of("-", "-", "-", "-");
        }
        StepProfile.Row row = found.get();
        return List.of(
                milliseconds(row.seconds()),
                row.flops() == 0 ? "-" : Numbers.format("%.2f", row.gflops()),
                row.flops() == 0 || profile.onDevice() ? "-" : Numbers.format("%.1f %%", percentOfCeiling(row)),
                Numbers.format("%.1f %%", 100 * row.seconds() / profile.seconds()));
    }

    private static String milliseconds(double seconds) {
        return Numbers.format(seconds < 0.1 ? "%.4f" : "%.1f", 1e3 * seconds);
    }

    private double percentOfCeiling(StepProfile.Row row) {
        return 100 * row.gflops() / ceilingGflops;
    }

    /** Outside of the passes there is one row for each part. */
    private Optional<StepProfile.Row> part(StepPart part) {
        return profile.row(part, null);
    }

    /** The kind, and what is computed with it. */
    private static String op(Layer layer) {
        String op = layer.kind();
        if (layer instanceof WeightedLayer weighted
                && weighted.fusedActivation().kind() != Activation.Kind.IDENTITY) {
            op += " + " + weighted.fusedActivation().kind().name().toLowerCase(Locale.ROOT);
        }
        return layer instanceof Conv2d conv && conv.poolsToo() ? op + " + max_pool2d" : op;
    }

    /** For programs; null stands for what there is not. */
    Map<String, Object> write() {
        List<Object> layers = new ArrayList<>();
        for (Layer layer : profile.layers()) {
            Map<String, Object> written = new LinkedHashMap<>();
            written.put("name", layer.name());
            written.put("op", op(layer));
            written.put("forward", write(profile.row(StepPart.FORWARD, layer)));
            written.put("backward", write(profile.row(StepPart.BACKWARD, layer)));
            layers.add(written);
        }
        Map<String, Object> written = new LinkedHashMap<>();
        written.put("backend", backend);
        written.put("batch", profile.batch());
        written.put("clock", profile.onDevice() ? "device" : "host");
        written.put("steps", profile.steps());
        written.put("stepSeconds", profile.seconds());
        written.put("batchAssembly", write(part(StepPart.BATCH)));
        written.put("layers", layers);
        written.put("loss", write(part(StepPart.LOSS)));
        written.put("optimizer", write(part(StepPart.OPTIMIZER)));
        written.put("bookkeeping", write(part(StepPart.BOOKKEEPING)));
        return written;
    }

    private Object write(Optional<StepProfile.Row> found) {
        if (found.isEmpty()) {
            return null;
        }
        StepProfile.Row row = found.get();
        Map<String, Object> written = new LinkedHashMap<>();
        written.put("seconds", row.seconds());
        written.put("gflops", row.flops() == 0 ? null : row.gflops());
        written.put("percentOfCeiling", row.flops() == 0 || profile.onDevice() ? null : percentOfCeiling(row));
        written.put("shareOfStep", row.seconds() / profile.seconds());
        return written;
    }
}
