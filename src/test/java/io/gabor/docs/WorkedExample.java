package io.gabor.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One example of a document: the block behind a comment {@code <!-- example NAME -->}. Its lines are
 *
 * <pre>
 * name = [ 1 2 ]              a value, its rows one below the other; what stands behind the bracket is for people
 *        [ 3 4 ]
 * name = 2.5                  a single number
 * name[1,0] = 1·2 + 3 = 5     a calculation; it must be right, and the element of that value if there is one
 * </pre>
 *
 * A number with four decimals or more is rounded to what is printed; any other is exact.
 */
final class WorkedExample {
    private static final Pattern BLOCK =
            Pattern.compile("<!-- example ([a-z0-9-]+) -->\n```\n(.*?)\n```", Pattern.DOTALL);
    private static final Pattern VALUE = Pattern.compile("(\\w+)\\s+= (.*)");
    private static final Pattern CALCULATION =
            Pattern.compile("(\\w+)(?:\\[([\\d,]+)])?\\s+= (\\S.*?) = (-?[\\d.]+).*");
    private static final Pattern ROW = Pattern.compile("\\[([^]]*)].*");
    private static final double EXACT = 1e-6;

    private final String name;
    private final Map<String, List<String[]>> values = new LinkedHashMap<>();
    private final List<Matcher> calculations = new ArrayList<>();
    private final Set<String> used = new LinkedHashSet<>();

    private WorkedExample(String name, String text) {
        this.name = name;
        List<String[]> open = null;
        for (String line : text.lines().filter(line -> !line.isBlank()).toList()) {
            Matcher calculation = CALCULATION.matcher(line);
            Matcher value = VALUE.matcher(line);
            if (calculation.matches() && calculation.group(3).contains("·")) {
                calculations.add(calculation);
            } else if (value.matches()) {
                open = new ArrayList<>();
                assertEquals(null, values.put(value.group(1), open), name + ": printed twice: " + value.group(1));
                open.add(row(value.group(2)));
            } else if (open != null && line.startsWith(" ") && line.strip().startsWith("[")) {
                open.add(row(line.strip()));
            } else {
                fail(name + ": cannot read the line: " + line);
            }
        }
    }

    private static String[] row(String text) {
        Matcher bracketed = ROW.matcher(text);
        return bracketed.matches()
                ? bracketed.group(1).strip().split("\\s+")
                : new String[] {text.strip().split("\\s+")[0]};
    }

    /** Reads all examples of a document, by name. */
    static Map<String, WorkedExample> read(String document) {
        Map<String, WorkedExample> examples = new LinkedHashMap<>();
        Matcher matcher = BLOCK.matcher(document);
        while (matcher.find()) {
            String name = matcher.group(1);
            assertEquals(null, examples.put(name, new WorkedExample(name, matcher.group(2))), "twice: " + name);
        }
        assertEquals(examples.size(), document.split("<!-- example", -1).length - 1, "unreadable example");
        return examples;
    }

    /** Returns the printed numbers, to compute with. */
    double[] get(String value) {
        used.add(value);
        return numbers(value).mapToDouble(Double::parseDouble).toArray();
    }

    /** Returns a single printed number. */
    double number(String value) {
        assertEquals(1, get(value).length, name + ": " + value + " is not a single number");
        return get(value)[0];
    }

    private Stream<String> numbers(String value) {
        assertTrue(values.containsKey(value), name + ": there is no " + value);
        return values.get(value).stream().flatMap(Arrays::stream);
    }

    /** Asserts that these numbers are printed. */
    void expect(String value, double... computed) {
        used.add(value);
        String[] printed = numbers(value).toArray(String[]::new);
        assertEquals(computed.length, printed.length, name + ": the count of " + value);
        for (int i = 0; i < printed.length; i++) {
            String where = name + ": " + value + ", number " + i;
            assertEquals(Double.parseDouble(printed[i]), computed[i], tolerance(printed[i], computed[i]), where);
        }
    }

    private static double tolerance(String printed, double computed) {
        int decimals = printed.contains(".") ? printed.length() - printed.indexOf('.') - 1 : 0;
        return decimals >= 4 ? 0.5000001 * Math.pow(10, -decimals) : EXACT * Math.max(1, Math.abs(computed) * EXACT);
    }

    /** Asserts that nothing is printed that the test did not look at, and that the calculations are right. */
    void complete() {
        assertEquals(values.keySet(), used, name + ": values that nobody checks");
        for (Matcher line : calculations) {
            double result = Double.parseDouble(line.group(4));
            assertEquals(result, sum(line.group(3)), EXACT, name + ": " + line.group());
            if (line.group(2) != null) {
                assertEquals(result, element(line.group(1), line.group(2)), EXACT, name + ": " + line.group());
            }
        }
    }

    private double element(String value, String index) {
        String[] parts = index.split(",");
        List<String[]> rows = values.get(value);
        return Double.parseDouble(
                parts.length == 1
                        ? rows.get(0)[Integer.parseInt(parts[0])]
                        : rows.get(Integer.parseInt(parts[0]))[Integer.parseInt(parts[1])]);
    }

    private static double sum(String products) {
        double sum = 0;
        for (String product : products.split(" \\+ ")) {
            double term = 1;
            for (String factor : product.split("·")) {
                term *= Double.parseDouble(factor.replace("(", "").replace(")", ""));
            }
            sum += term;
        }
        return sum;
    }
}
