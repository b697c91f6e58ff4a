package io.gabor.bench;

import io.gabor.backend.BackendOptions;
import io.gabor.backend.cpu.Ceiling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/** Runs the benchmarks with JMH's own options and prints them beside the machine's multiply-add ceiling. */
public final class OpBenchmarks {
    /** Parameters of every op; shown where a run has several values of one. */
    private static final Set<String> COMMON = Set.of("backend", "threads", "batch");

    /** By number of threads; measured after the ops. */
    private static final Map<Integer, Double> CEILINGS = new HashMap<>();

    private OpBenchmarks() {}

    public static void main(String[] arguments) {
        CommandLineOptions options;
        try {
            options = new CommandLineOptions(arguments);
        } catch (CommandLineOptionException e) {
            System.err.println("bench: " + e.getMessage());
            System.exit(2);
            return;
        }
        if (options.shouldHelp() || options.shouldList() || options.shouldListWithParams()) {
            show(options);
            return;
        }
        Collection<RunResult> results;
        try {
            results = new Runner(options).run();
        } catch (RunnerException e) {
            System.err.println("bench: " + e);
            System.exit(2);
            return;
        }
        Set<String> same = new HashSet<>(COMMON);
        same.removeIf(key -> values(results, key) > 1);
        System.out.println("\n| op | a call | error | GFLOP/s | of ceiling |\n| --- | --- | --- | --- | --- |");
        results.forEach(result -> System.out.println(row(result, same)));
    }

    private static long values(Collection<RunResult> results, String key) {
        return results.stream()
                .map(result -> result.getParams().getParam(key))
                .distinct()
                .count();
    }

    private static void show(CommandLineOptions options) {
        try {
            if (options.shouldHelp()) {
                options.showHelp();
            } else if (options.shouldListWithParams()) {
                new Runner(options).listWithParams(options);
            } else {
                new Runner(options).list();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String row(RunResult result, Set<String> hidden) {
        StringBuilder name =
                new StringBuilder(result.getParams().getBenchmark().replaceAll(".*\\.(\\w+)Benchmark.op", "$1"));
        for (String key : result.getParams().getParamsKeys()) {
            if (!hidden.contains(key)) {
                name.append(' ').append(result.getParams().getParam(key));
            }
        }
        double calls = result.getPrimaryResult().getScore();
        double error = result.getPrimaryResult().getScoreError();
        double gflops = result.getSecondaryResults().get("gflops").getScore();
        return format(
                "| %s | %,.2f µs | %s | %s | %s |",
                name.toString().toLowerCase(Locale.ROOT),
                1e6 / calls,
                Double.isNaN(error) ? "-" : format("± %.1f %%", 100 * error / calls),
                gflops == 0 ? "-" : format("%.1f", gflops),
                gflops == 0 ? "-" : format("%.1f %%", 100 * gflops / ceiling(result)));
    }

    private static double ceiling(RunResult result) {
        int threads = Integer.parseInt(result.getParams().getParam("threads"));
        return CEILINGS.computeIfAbsent(new BackendOptions(threads).resolvedThreads(), Ceiling::measure);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
