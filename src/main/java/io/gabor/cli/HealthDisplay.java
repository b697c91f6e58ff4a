package io.gabor.cli;

import io.gabor.train.Callback;
import io.gabor.train.EpochResult;
import io.gabor.train.Health;
import io.gabor.train.HealthWarning;
import io.gabor.train.LayerHealth;
import io.gabor.train.ParameterHealth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Shows how the layers of a run are: warnings as they come, and a short table below the line of an epoch. */
final class HealthDisplay implements Callback {
    /** Of a net with more layers, the first and the last ones are shown. */
    private static final int MOST_ROWS = 12;

    private final Screen screen;
    private final TrainingDisplay epochs;
    private final List<Health> looks = new ArrayList<>();

    /** Shows a table where the epochs' display shows a line. */
    HealthDisplay(Screen screen, TrainingDisplay epochs) {
        this.screen = screen;
        this.epochs = epochs;
    }

    @Override
    public void onHealth(Health health) {
        looks.add(health);
        for (HealthWarning warning : health.warnings()) {
            screen.format("warning at step %s: %s", Numbers.count(warning.step()), warning.text());
        }
    }

    @Override
    public void onEpoch(EpochResult result) {
        if (!looks.isEmpty() && epochs.shows(result)) {
            table(looks.get(looks.size() - 1));
        }
    }

    private void table(Health health) {
        Table table = new Table(
                "at step " + Numbers.count(health.step()),
                ">output",
                ">gradient",
                ">of weights",
                ">update/weight",
                ">dead");
        List<LayerHealth> layers = health.layers();
        int half = MOST_ROWS / 2;
        for (int i = 0; i < layers.size(); i++) {
            if (layers.size() <= MOST_ROWS || i < half || i >= layers.size() - half) {
                row(table, layers.get(i));
            } else if (i == half) {
                table.row("... " + (layers.size() - MOST_ROWS) + " more", "", "", "", "", "");
            }
        }
        table.lines().forEach(line -> screen.line("  " + line));
    }

    private static void row(Table table, LayerHealth layer) {
        table.row(
                layer.layer() + (layer.activation().isEmpty() ? "" : " " + layer.activation()),
                Numbers.format("%.2g ± %.2g", layer.mean(), layer.deviation()),
                number(layer.gradient()),
                number(layer.weightGradient()),
                number(layer.updateRatio()),
                Double.isNaN(layer.dead()) ? "" : Numbers.format("%.0f %%", 100 * layer.dead()));
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : Numbers.format("%.1e", value);
    }

    /** Puts all looks and warnings into the report. */
    void report(JsonReport report) {
        report.put("health", looks.stream().map(HealthDisplay::write).toList())
                .put(
                        "warnings",
                        looks.stream()
                                .flatMap(health -> health.warnings().stream())
                                .map(HealthDisplay::write)
                                .toList());
    }

    private static Map<String, Object> write(Health health) {
        Map<String, Object> written = new LinkedHashMap<>();
        written.put("epoch", health.epoch());
        written.put("step", health.step());
        written.put("lr", health.rate());
        written.put("samples", health.samples());
        written.put("layers", health.layers().stream().map(HealthDisplay::write).toList());
        return written;
    }

    private static Map<String, Object> write(LayerHealth layer) {
        Map<String, Object> written = new LinkedHashMap<>();
        written.put("layer", layer.layer());
        written.put("activation", layer.activation());
        written.put("mean", layer.mean());
        written.put("deviation", layer.deviation());
        written.put("gradient", layer.gradient());
        written.put("dead", layer.dead());
        written.put("saturated", layer.saturated());
        written.put(
                "parameters",
                layer.parameters().stream().map(HealthDisplay::write).toList());
        return written;
    }

    private static Map<String, Object> write(ParameterHealth parameter) {
        Map<String, Object> written = new LinkedHashMap<>();
        written.put("name", parameter.name());
        written.put("norm", parameter.norm());
        written.put("gradient", parameter.gradient());
        written.put("update", parameter.update());
        written.put("updateRatio", parameter.updateRatio());
        return written;
    }

    private static Map<String, Object> write(HealthWarning warning) {
        Map<String, Object> written = new LinkedHashMap<>();
        written.put("kind", warning.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        written.put("step", warning.step());
        written.put("layer", warning.layer());
        written.put("factor", warning.factor());
        written.put("text", warning.text());
        return written;
    }
}
