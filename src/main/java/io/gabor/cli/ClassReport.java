package io.gabor.cli;

import io.gabor.train.Calibration;
import io.gabor.train.Metrics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.lang3.StringUtils;

/**
 * What there is to say about a classifier's classes, for people and for programs.
 *
 * @param metrics what was counted
 * @param names of the classes
 */
record ClassReport(Metrics metrics, List<String> names) {
    /** So many classes have their table unasked, and their confusions as a matrix. */
    static final int MOST_CLASSES = 20;

    private static final int TOP = 5;
    private static final int NAME_WIDTH = 24;
    private static final int CELL_WIDTH = 10;

    /** Prints the means and, of few classes or where it is asked for, a line for each class. */
    void print(Screen screen, boolean always) {
        String top = metrics.classes() > TOP ? "top-" + TOP + " " + Numbers.percent(metrics.topK(TOP)) + ", " : "";
        String calibration = metrics.calibration()
                .map(c -> ", calibration error " + Numbers.percent(c.expectedError()))
                .orElse("");
        screen.format(
                "%sprecision %s, recall %s, F1 %s (means of the classes)%s",
                top,
                Numbers.percent(metrics.meanPrecision()),
                Numbers.percent(metrics.meanRecall()),
                Numbers.percent(metrics.meanF1()),
                calibration);
        if (always || metrics.classes() <= MOST_CLASSES) {
            screen.table(classTable());
        } else {
            screen.format("%d classes: --per-class lists them", metrics.classes());
        }
    }

    private Table classTable() {
        Table table = new Table("class", ">images", ">precision", ">recall", ">F1");
        for (int c = 0; c < metrics.classes(); c++) {
            table.row(
                    StringUtils.abbreviate(names.get(c), NAME_WIDTH),
                    Numbers.count(metrics.samplesOf(c)),
                    Numbers.percent(metrics.precision(c)),
                    Numbers.percent(metrics.recall(c)),
                    Numbers.percent(metrics.f1(c)));
        }
        return table;
    }

    /** Prints the confusion matrix; of many classes the pairs that are confused most. */
    void printConfusion(Screen screen) {
        if (metrics.classes() <= MOST_CLASSES) {
            screen.line("rows: true classes; columns: predicted classes");
            screen.table(matrix());
        } else {
            screen.line("the most frequent confusions");
            screen.table(pairs());
        }
    }

    private Table matrix() {
        List<String> titles = new ArrayList<>(List.of(""));
        names.forEach(name -> titles.add(">" + StringUtils.abbreviate(name, CELL_WIDTH)));
        Table table = new Table(titles.toArray(String[]::new));
        for (int a = 0; a < metrics.classes(); a++) {
            List<String> row = new ArrayList<>(List.of(StringUtils.abbreviate(names.get(a), NAME_WIDTH)));
            for (int p = 0; p < metrics.classes(); p++) {
                row.add(metrics.count(a, p) == 0 ? "." : Numbers.count(metrics.count(a, p)));
            }
            table.row(row.toArray(String[]::new));
        }
        return table;
    }

    private Table pairs() {
        int classes = metrics.classes();
        Table table = new Table("class", "predicted as", ">images", ">of the class");
        IntStream.range(0, classes * classes)
                .filter(i -> i / classes != i % classes && metrics.count(i / classes, i % classes) > 0)
                .boxed()
                .sorted(Comparator.comparing(i -> -metrics.count(i / classes, i % classes)))
                .limit(MOST_CLASSES)
                .forEach(i -> table.row(
                        StringUtils.abbreviate(names.get(i / classes), NAME_WIDTH),
                        StringUtils.abbreviate(names.get(i % classes), NAME_WIDTH),
                        Numbers.count(metrics.count(i / classes, i % classes)),
                        Numbers.percent(
                                (double) metrics.count(i / classes, i % classes) / metrics.samplesOf(i / classes))));
        return table;
    }

    /** Returns all of it, for programs. */
    Map<String, Object> values() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("accuracy", metrics.accuracy());
        if (metrics.classes() > TOP) {
            values.put("top" + TOP, metrics.topK(TOP));
        }
        values.put("precision", metrics.meanPrecision());
        values.put("recall", metrics.meanRecall());
        values.put("f1", metrics.meanF1());
        values.put(
                "expectedCalibrationError",
                metrics.calibration().map(Calibration::expectedError).orElse(null));
        values.put(
                "classes",
                IntStream.range(0, metrics.classes()).mapToObj(this::ofClass).toList());
        values.put(
                "confusion",
                IntStream.range(0, metrics.classes())
                        .mapToObj(a -> IntStream.range(0, metrics.classes())
                                .map(p -> metrics.count(a, p))
                                .boxed()
                                .toList())
                        .toList());
        values.put(
                "calibration",
                metrics.calibration()
                        .map(c -> c.bins().stream().map(ClassReport::ofBin).toList())
                        .orElse(null));
        return values;
    }

    private Map<String, Object> ofClass(int c) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("name", names.get(c));
        values.put("images", metrics.samplesOf(c));
        values.put("precision", metrics.precision(c));
        values.put("recall", metrics.recall(c));
        values.put("f1", metrics.f1(c));
        return values;
    }

    private static Map<String, Object> ofBin(Calibration.Bin bin) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("images", bin.samples());
        values.put("confidence", bin.confidence());
        values.put("accuracy", bin.accuracy());
        return values;
    }
}
