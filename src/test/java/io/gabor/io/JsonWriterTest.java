package io.gabor.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JsonWriterTest {
    private static Map<String, Object> report() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("model", "lenet");
        report.put("trainLoss", List.of(0.25, 0.125f, Double.NaN));
        report.put("epochs", 3);
        report.put("rows", List.of(Map.of("batch", 64L), List.of()));
        report.put("none", null);
        report.put("empty", Map.of());
        report.put("ok", true);
        return report;
    }

    @Test
    void compact() {
        assertEquals(
                "{\"model\":\"lenet\",\"trainLoss\":[0.25,0.125,null],\"epochs\":3,\"rows\":[{\"batch\":64},[]],"
                        + "\"none\":null,\"empty\":{},\"ok\":true}",
                Json.write(report()));
    }

    @Test
    void pretty() {
        assertEquals(
                String.join(
                        "\n",
                        "{",
                        "  \"model\": \"lenet\",",
                        "  \"trainLoss\": [0.25, 0.125, null],",
                        "  \"epochs\": 3,",
                        "  \"rows\": [",
                        "    {",
                        "      \"batch\": 64",
                        "    },",
                        "    []",
                        "  ],",
                        "  \"none\": null,",
                        "  \"empty\": {},",
                        "  \"ok\": true",
                        "}"),
                Json.writePretty(report()));
    }

    @Test
    void escapesWhatMustBeEscapedAndNothingElse() {
        assertEquals(
                "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\u00e9\u2028\ud83d\ude00\"",
                Json.write("\"\\/\b\f\n\r\t\0\u001f\u007f\u00e9\u2028\ud83d\ude00"));
    }

    static Stream<Arguments> numbers() {
        return Stream.of(
                Arguments.of(Long.MIN_VALUE, "-9223372036854775808"),
                Arguments.of((byte) -1, "-1"),
                Arguments.of((short) 7, "7"),
                Arguments.of(0.1f, "0.1"),
                Arguments.of(0.1, "0.1"),
                Arguments.of((double) 0.1f, "0.10000000149011612"),
                Arguments.of(1.0, "1.0"),
                Arguments.of(-0.0f, "-0.0"),
                Arguments.of(Float.NaN, "null"),
                Arguments.of(Float.NEGATIVE_INFINITY, "null"),
                Arguments.of(Double.POSITIVE_INFINITY, "null"));
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void writesNumbers(Number number, String json) {
        assertEquals(json, Json.write(number));
    }

    static Stream<Arguments> unwritable() {
        return Stream.of(
                Arguments.of(List.of(Optional.of(1)), "found a java.util.Optional"),
                Arguments.of('c', "found a java.lang.Character"),
                Arguments.of(new int[] {1}, "found a [I"),
                Arguments.of(Map.of(1, 2), "names of a JSON object, found 1"),
                Arguments.of("a\ud800", "a lone surrogate at index 1"),
                Arguments.of(Map.of("\udc00", 1), "a lone surrogate at index 0"));
    }

    @ParameterizedTest
    @MethodSource("unwritable")
    void refusesWhatHasNoForm(Object value, String expected) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Json.write(value));
        assertTrue(e.getMessage().contains(expected), e.getMessage());
    }

    @Test
    void refusesAListInItself() {
        List<Object> list = new ArrayList<>();
        list.add(list);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Json.write(list));
        assertTrue(e.getMessage().contains("more than 64 levels"), e.getMessage());
    }

    @Test
    void hasTheLimitsOfTheReader() {
        Object deepest = List.of();
        for (int depth = 1; depth < Json.MAX_DEPTH; depth++) {
            deepest = List.of(deepest);
        }
        assertEquals(deepest, Json.read(Json.write(deepest)));
        Object deeper = List.of(deepest);
        assertThrows(IllegalArgumentException.class, () -> Json.write(deeper));

        Object[] most = new Object[Json.MAX_VALUES - 1];
        assertEquals(Arrays.asList(most), Json.read(Json.write(Arrays.asList(most))));
        Object[] more = new Object[Json.MAX_VALUES];
        assertThrows(IllegalArgumentException.class, () -> Json.write(Arrays.asList(more)));
    }
}
