package io.gabor.peers;

import io.gabor.io.Json;
import java.io.PrintStream;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What was found: a table in Markdown for people, JSON for programs.
 *
 * @param contests a work on a JDK each
 * @param ceilings by number of threads, GFLOP/s of multiply-adds; the highest of the rounds counts
 * @param descriptions of the engines, by engine and JDK
 * @param data what lenet got: mnist, or digits
 * @param load the machine's load average before the run
 */
record Report(
        List<Contest> contests,
        Map<Integer, Series> ceilings,
        Map<String, String> descriptions,
        String data,
        double load,
        int threads,
        int rounds,
        double seconds) {
    void print(PrintStream out) {
        out.println(LocalDate.now(ZoneOffset.UTC) + ", " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch") + ", threads: " + threads + ", lenet's data: " + data
                + ", load before: " + format("%.1f", load) + ", rounds: "
                + rounds + " of "
                + format("%.1f s", seconds));
        descriptions.forEach((engine, what) -> out.println("- " + engine + ": " + what));
        ceilings.forEach((count, values) -> out.println(
                format("- ceiling, %d thread%s: %.1f GFLOP/s", count, count == 1 ? "" : "s", values.max())));
        out.println();
        out.println("| work | Java | engine | median | spread | of ceiling | Gabor's speed over it | loss |");
        out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
        for (Contest contest : contests) {
            contest.rates().keySet().forEach(engine -> out.println(row(contest, engine)));
        }
        contests.forEach(contest -> contest.rates().keySet().stream()
                .filter(contest::didNotLearn)
                .forEach(engine -> out.println(engine + " did not learn in "
                        + contest.work().name() + " on Java " + contest.jdk() + ": its figure counts for nothing")));
    }

    boolean allLearned() {
        return contests.stream()
                .noneMatch(contest -> contest.rates().keySet().stream().anyMatch(contest::didNotLearn));
    }

    private String row(Contest contest, Engine engine) {
        Work work = contest.work();
        Series rates = contest.rates().get(engine);
        Series ratio = contest.gaborOver(engine);
        double ceiling = percentOfCeiling(contest, engine);
        double loss = contest.lastLoss(engine);
        return "| "
                + String.join(
                        " | ",
                        work.name(),
                        contest.jdk().toString(),
                        engine.toString(),
                        work.text(work.inUnits(rates.median())),
                        format("± %.1f %%", 50 * (rates.max() - rates.min()) / rates.median()),
                        Double.isNaN(ceiling) ? "-" : format("%.1f %%", ceiling),
                        ratio == null ? "-" : format("%.2f × (%.2f to %.2f)", ratio.median(), ratio.min(), ratio.max()),
                        Double.isNaN(loss) ? "-" : format("%.3g to %.3g", contest.firstLoss(engine), loss))
                + " |";
    }

    private double percentOfCeiling(Contest contest, Engine engine) {
        Work.Phase phase = contest.work().phase();
        if (phase == Work.Phase.START || phase == Work.Phase.LATENCY) {
            return Double.NaN;
        }
        double gflops = contest.rates().get(engine).median() * contest.work().flops() / 1e9;
        return 100 * gflops / ceilings.get(engine.threads(threads)).max();
    }

    /** Returns all of it with the figures of each round, as the table's units. */
    String json() {
        List<Object> rows = new ArrayList<>();
        for (Contest contest : contests) {
            contest.rates().keySet().forEach(engine -> rows.add(jsonRow(contest, engine)));
        }
        Map<String, Object> ceiling = new LinkedHashMap<>();
        ceilings.forEach((count, values) -> ceiling.put(count.toString(), values.values()));
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        all.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        all.put("data", data);
        all.put("loadBefore", load);
        all.put("threads", threads);
        all.put("rounds", rounds);
        all.put("secondsPerRound", seconds);
        all.put("engines", descriptions);
        all.put("ceilingGflops", ceiling);
        all.put("rows", rows);
        return Json.writePretty(all);
    }

    private Map<String, Object> jsonRow(Contest contest, Engine engine) {
        Work work = contest.work();
        Series rates = contest.rates().get(engine);
        Series ratio = contest.gaborOver(engine);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("work", work.name());
        row.put("java", contest.jdk().toString());
        row.put("engine", engine.toString());
        row.put("threads", engine.threads(threads));
        row.put("unit", work.phase().unit());
        row.put("median", work.inUnits(rates.median()));
        row.put("values", rates.values().stream().map(work::inUnits).toList());
        row.put("percentOfCeiling", percentOfCeiling(contest, engine));
        row.put("gaborOver", ratio == null ? null : ratio.median());
        row.put("gaborOverValues", ratio == null ? null : ratio.values());
        row.put("firstLoss", contest.firstLoss(engine));
        row.put("lastLoss", contest.lastLoss(engine));
        return row;
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
