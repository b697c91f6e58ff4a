package io.gabor.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.tensor.Tensor;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Whatever JMH would time on {@code cpu} gives the results of {@code reference}, with every parameter. */
final class OpBenchmarksTest {
    /** Of docs/architecture.md. */
    private static final double BOUND = 1e-5;

    /** Odd, and few enough for {@code reference}. */
    private static final String BATCH = "3";

    @TestFactory
    Stream<DynamicTest> computesWhatTheReferenceComputes() {
        Set<BenchmarkListEntry> found = BenchmarkList.defaultList()
                .getAll(OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of());
        assertTrue(found.size() > 5, "found only " + found);
        return found.stream().flatMap(OpBenchmarksTest::tests);
    }

    private static Stream<DynamicTest> tests(BenchmarkListEntry entry) {
        Map<String, String[]> choices = entry.getParams().orElse(Map.of());
        return combinations(choices)
                .map(values -> DynamicTest.dynamicTest(
                        entry.getUserClassQName().replaceAll(".*\\.", "") + values,
                        () -> compare(entry.getUserClassQName(), values)));
    }

    /** Returns every combination of the parameters' values, but the choice of backend, threads and batch. */
    private static Stream<Map<String, String>> combinations(Map<String, String[]> choices) {
        List<Map<String, String>> all = new ArrayList<>(List.of(Map.of()));
        for (Map.Entry<String, String[]> choice : choices.entrySet()) {
            if (!List.of("backend", "threads", "batch").contains(choice.getKey())) {
                List<Map<String, String>> longer = new ArrayList<>();
                for (Map<String, String> values : all) {
                    for (String value : choice.getValue()) {
                        Map<String, String> one = new LinkedHashMap<>(values);
                        one.put(choice.getKey(), value);
                        longer.add(one);
                    }
                }
                all = longer;
            }
        }
        return all.stream();
    }

    private static void compare(String className, Map<String, String> values) throws ReflectiveOperationException {
        List<float[]> expected = results(className, values, "reference");
        List<float[]> found = results(className, values, "cpu");
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < expected.size(); i++) {
            double error = 0;
            double norm = 0;
            for (int k = 0; k < expected.get(i).length; k++) {
                error += Math.pow(found.get(i)[k] - (double) expected.get(i)[k], 2);
                norm += Math.pow(expected.get(i)[k], 2);
            }
            assertTrue(norm > 0, "result " + i + " is 0 everywhere: there is nothing to compare");
            double relative = Math.sqrt(error / norm);
            assertTrue(relative <= BOUND, "result " + i + " differs by " + relative);
        }
    }

    /** What a call writes; it is NaN before where the call does not read it. */
    private static List<float[]> results(String className, Map<String, String> values, String backend)
            throws ReflectiveOperationException {
        OpBenchmark benchmark = Class.forName(className)
                .asSubclass(OpBenchmark.class)
                .getConstructor()
                .newInstance();
        benchmark.backend = backend;
        benchmark.threads = 2;
        set(benchmark, "batch", BATCH);
        for (Map.Entry<String, String> value : values.entrySet()) {
            set(benchmark, value.getKey(), value.getValue());
        }
        benchmark.open();
        try {
            if (!benchmark.inPlace()) {
                benchmark.results().forEach(result -> benchmark.on().fill(result, Float.NaN));
            }
            benchmark.call();
            List<float[]> results = new ArrayList<>();
            for (Tensor tensor : benchmark.results()) {
                float[] numbers = new float[tensor.size()];
                benchmark.on().download(tensor, numbers, numbers.length);
                results.add(numbers);
            }
            return results;
        } finally {
            benchmark.close();
        }
    }

    private static void set(OpBenchmark benchmark, String name, String value) throws ReflectiveOperationException {
        Field field = benchmark.getClass().getField(name);
        if (field.getType() == int.class) {
            field.setInt(benchmark, Integer.parseInt(value));
        } else if (field.getType().isEnum()) {
            field.set(
                    benchmark,
                    Arrays.stream(field.getType().getEnumConstants())
                            .filter(constant -> ((Enum<?>) constant).name().equals(value))
                            .findFirst()
                            .orElseThrow());
        } else {
            field.set(benchmark, value);
        }
    }
}
