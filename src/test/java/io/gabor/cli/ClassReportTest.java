package io.gabor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.train.Metrics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What {@code test} prints about the classes. */
class ClassReportTest {
    private static String printed(Consumer<Screen> what) {
        StringWriter text = new StringWriter();
        what.accept(new Screen(new PrintWriter(text), false));
        return text.toString();
    }

    private static ClassReport small() {
        float[] scores = {0.9f, 0.1f, 0.8f, 0.2f, 0.4f, 0.6f, 0.7f, 0.3f};
        return new ClassReport(Metrics.of(scores, scores, new int[] {0, 0, 1, 1}, 2), List.of("cat", "dog"));
    }

    /** Class c is always taken for the next one, the last for the first. */
    private static ClassReport shifted(int classes) {
        float[] scores = new float[classes * classes];
        int[] labels = IntStream.range(0, classes).toArray();
        for (int c = 0; c < classes; c++) {
            scores[c * classes + (c + 1) % classes] = 1;
        }
        List<String> names =
                IntStream.range(0, classes).mapToObj(c -> "class" + c).toList();
        return new ClassReport(Metrics.of(scores, scores, labels, classes), names);
    }

    @Test
    void fewClassesHaveALineEach() {
        List<String> lines =
                printed(screen -> small().print(screen, false)).lines().toList();
        assertEquals(4, lines.size());
        assertTrue(
                lines.get(0)
                        .startsWith("precision 83.33 %, recall 75.00 %, F1 73.33 % (means of the classes), calibration"
                                + " error "),
                lines.get(0));
        assertEquals("class  images  precision    recall       F1", lines.get(1));
        assertEquals("cat         2    66.67 %  100.00 %  80.00 %", lines.get(2));
        assertEquals("dog         2   100.00 %   50.00 %  66.67 %", lines.get(3));
    }

    @Test
    void manyClassesHaveTheirLinesOnlyWhenAskedFor() {
        ClassReport many = shifted(21);
        List<String> lines =
                printed(screen -> many.print(screen, false)).lines().toList();
        assertTrue(lines.get(0).startsWith("top-5 "), lines.get(0));
        assertEquals(List.of("21 classes: --per-class lists them"), lines.subList(1, lines.size()));
        assertEquals(23, printed(screen -> many.print(screen, true)).lines().count());
        assertEquals(
                22, printed(screen -> shifted(20).print(screen, false)).lines().count());
    }

    @Test
    void theConfusionsAreAMatrixOrTheMostFrequentPairs() {
        String matrix = printed(small()::printConfusion);
        assertTrue(matrix.contains("cat    2    .") && matrix.contains("dog    1    1"), matrix);
        String pairs = printed(shifted(30)::printConfusion);
        assertEquals(22, pairs.lines().count(), pairs);
        assertTrue(pairs.contains("class0   class1             1      100.00 %"), pairs);
    }

    @Test
    void programsGetAllOfIt() {
        Map<String, Object> values = small().values();
        assertEquals(0.75, values.get("accuracy"));
        assertEquals(List.of(List.of(2, 0), List.of(1, 1)), values.get("confusion"));
        assertEquals("dog", ((Map<?, ?>) ((List<?>) values.get("classes")).get(1)).get("name"));
        assertEquals(15, ((List<?>) values.get("calibration")).size());
        assertTrue((Double) values.get("expectedCalibrationError") > 0);
    }
}
