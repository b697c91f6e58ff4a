package io.gabor.cli;

import io.gabor.backend.Backend;
import io.gabor.train.TrainingPlan;
import java.util.LinkedHashMap;
import java.util.Map;

/** The memory that training takes, for people and for programs. */
final class MemoryTable {
    private final Backend backend;
    private final TrainingPlan plan;
    private final long free;

    MemoryTable(Backend backend, TrainingPlan plan) {
        this.backend = backend;
        this.plan = plan;
        free = backend.freeBytes();
    }

    void print(Screen screen) {
        screen.line("");
        screen.format("training with batch %d on %s takes", plan.network().batch(), backend.name());
        Table table = new Table("memory", ">bytes", ">");
        parts().forEach((name, bytes) -> table.row(name, Numbers.count(bytes), Numbers.bytes(bytes)));
        table.row("total", Numbers.count(plan.total()), Numbers.bytes(plan.total()));
        screen.table(table);
        screen.format(
                "About %s are free. The data set comes on top: whole if it fits, else one batch at a time.",
                Numbers.bytes(free));
    }

    private Map<String, Long> parts() {
        Map<String, Long> parts = new LinkedHashMap<>();
        parts.put("parameters", plan.network().parameters());
        parts.put("gradients", plan.network().gradients());
        parts.put("optimizer state", plan.optimizer());
        parts.put("activations", plan.network().activations());
        parts.put("workspaces", plan.network().workspaces());
        parts.put("checkpoint", plan.checkpoint());
        putUnlessNone(parts, "accumulated gradients", plan.accumulation());
        putUnlessNone(parts, "average of the weights", plan.average());
        putUnlessNone(parts, "best epoch's weights", plan.best());
        return parts;
    }

    private static void putUnlessNone(Map<String, Long> parts, String name, long bytes) {
        if (bytes > 0) {
            parts.put(name, bytes);
        }
    }

    Map<String, Object> write() {
        Map<String, Object> written = new LinkedHashMap<>();
        written.put("backend", backend.name());
        written.put("parameterBytes", plan.network().parameters());
        written.put("gradientBytes", plan.network().gradients());
        written.put("optimizerBytes", plan.optimizer());
        written.put("activationBytes", plan.network().activations());
        written.put("workspaceBytes", plan.network().workspaces());
        written.put("checkpointBytes", plan.checkpoint());
        written.put("accumulationBytes", plan.accumulation());
        written.put("averageBytes", plan.average());
        written.put("bestBytes", plan.best());
        written.put("totalBytes", plan.total());
        written.put("freeBytes", free);
        return written;
    }
}
