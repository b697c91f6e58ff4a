package io.gabor.backend.conformance;

import io.gabor.backend.Backend;
import io.gabor.backend.BatchNormOp;
import io.gabor.backend.EnlargeOp;
import io.gabor.backend.LayerNormOp;
import io.gabor.backend.OptimizerOp;
import io.gabor.backend.PoolOp;
import io.gabor.backend.WeightedOp;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Counts the cases of every op on every backend, with the worst error, and prints them as a table. */
final class Coverage {
    /** What all conformance tests of this JVM count in. */
    static final Coverage OF_THIS_RUN = new Coverage();

    /** Methods of the seam that compute nothing which could be compared. */
    private static final Set<String> NO_OPS =
            Set.of("name", "device", "threads", "close", "bytesOf", "freeBytes", "planned", "timeline");

    /** What has a forward and a backward pass. */
    private static final Set<Class<?>> BOTH_WAYS =
            Set.of(WeightedOp.class, PoolOp.class, EnlargeOp.class, LayerNormOp.class, Optional.class);

    private final Map<String, Map<String, Result>> results = new TreeMap<>();

    private static final class Result {
        private int cases;
        private double worst;
    }

    /** Returns the names of all ops of the seam; those that are planned count once per direction. */
    static Set<String> ops() {
        Set<String> ops = new TreeSet<>();
        for (Method method : Backend.class.getDeclaredMethods()) {
            Class<?> type = method.getReturnType();
            if (BOTH_WAYS.contains(type)) {
                ops.add(method.getName() + " forward");
                ops.add(method.getName() + " backward");
                if (method.getName().equals("conv2d")) {
                    ops.add("conv2d input gradient");
                }
            } else if (type == BatchNormOp.class) {
                ops.add(method.getName() + " forward");
                ops.add(method.getName() + " infer");
                ops.add(method.getName() + " backward");
            } else if (type == OptimizerOp.class) {
                ops.add(method.getName() + " step");
            } else if (!method.isSynthetic() && !NO_OPS.contains(method.getName())) {
                ops.add(method.getName());
            }
        }
        return ops;
    }

    /** Counts one case. */
    synchronized void count(String backend, String op, double error) {
        if (!ops().contains(op)) {
            throw new IllegalArgumentException("the seam has no op '" + op + "'; it has " + ops());
        }
        Result result =
                results.computeIfAbsent(backend, key -> new TreeMap<>()).computeIfAbsent(op, key -> new Result());
        result.cases++;
        result.worst = Math.max(result.worst, error);
    }

    /** Returns {@code backend: op} for each op without a case on a backend that has others. */
    synchronized List<String> gaps() {
        List<String> gaps = new ArrayList<>();
        results.forEach((backend, byOp) ->
                ops().stream().filter(op -> !byOp.containsKey(op)).forEach(op -> gaps.add(backend + ": " + op)));
        return gaps;
    }

    /** Returns the table, or an empty text where nothing ran. */
    @Override
    public synchronized String toString() {
        if (results.isEmpty()) {
            return "";
        }
        StringBuilder table = new StringBuilder(
                "Conformance: cases and worst error against reference (bound " + BackendPair.FLOAT_BOUND + ")\n");
        table.append(String.format(Locale.ROOT, "%-34s", "op"));
        results.keySet().forEach(backend -> table.append(String.format(Locale.ROOT, "%20s", backend)));
        for (String op : ops()) {
            table.append(String.format(Locale.ROOT, "%n%-34s", op));
            for (Map<String, Result> byOp : results.values()) {
                Result result = byOp.get(op);
                table.append(
                        result == null
                                ? String.format(Locale.ROOT, "%20s", "none")
                                : String.format(Locale.ROOT, "%10d  %8.1e", result.cases, result.worst));
            }
        }
        return table.append('\n').toString();
    }
}
