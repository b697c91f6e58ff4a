package io.gabor.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
    static Stream<Arguments> accepted() {
        return Stream.of(
                Arguments.of("null", null),
                Arguments.of("true", true),
                Arguments.of(" \t\r\n false \t\r\n ", false),
                Arguments.of("0", 0L),
                Arguments.of("-0", -0.0),
                Arguments.of("-1", -1L),
                Arguments.of("1234567890", 1234567890L),
                Arguments.of("9223372036854775807", Long.MAX_VALUE),
                Arguments.of("-9223372036854775808", Long.MIN_VALUE),
                Arguments.of("9223372036854775808", 0x1p63),
                Arguments.of("-9223372036854775809", -0x1p63),
                Arguments.of("123456789012345678901234567890", 123456789012345678901234567890.0),
                Arguments.of("0.5", 0.5),
                Arguments.of("-0.0", -0.0),
                Arguments.of("0e0", 0.0),
                Arguments.of("1e2", 100.0),
                Arguments.of("1E+2", 100.0),
                Arguments.of("25e-1", 2.5),
                Arguments.of("1.50e+01", 15.0),
                Arguments.of("1e-999", 0.0),
                Arguments.of("1.7976931348623157e308", Double.MAX_VALUE),
                Arguments.of("\"\"", ""),
                Arguments.of("\"a b\"", "a b"),
                Arguments.of("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"),
                Arguments.of("\"\\u0041\\u00e9\\u00E9\\u0000\"", "A\u00e9\u00e9\0"),
                Arguments.of("\"x\\ud83d\\ude00y\"", "x\ud83d\ude00y"),
                Arguments.of("\"\u20ac \ud83d\ude00 \u007f \u2028\"", "\u20ac \ud83d\ude00 \u007f \u2028"),
                Arguments.of("\"\\\\u0041\"", "\\u0041"),
                Arguments.of("[]", List.of()),
                Arguments.of("[ ]", List.of()),
                Arguments.of("[1, 2.0 ,[ ]]", List.of(1L, 2.0, List.of())),
                Arguments.of("[null]", Arrays.asList((Object) null)),
                Arguments.of("{}", Map.of()),
                Arguments.of("{ }", Map.of()),
                Arguments.of("{\"\":0}", Map.of("", 0L)),
                Arguments.of("{\"a\" : {\"a\":1} , \"b\":[true]}", Map.of("a", Map.of("a", 1L), "b", List.of(true))));
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void acceptsWhatTheGrammarAllows(String text, Object value) {
        assertEquals(value, Json.read(text));
        assertEquals(value, Json.read(text.getBytes(StandardCharsets.UTF_8)));
    }

    static Stream<Arguments> rejected() {
        return Stream.of(
                Arguments.of("", 1, 1, "a value, found the end of the text"),
                Arguments.of("  ", 1, 3, "a value"),
                Arguments.of("\ufeff{}", 1, 1, "a value, found '\\ufeff'"),
                Arguments.of("nul", 1, 1, "'null', found 'nul'"),
                Arguments.of("True", 1, 1, "a value, found 'T'"),
                Arguments.of("nullx", 1, 5, "the end of the text, found 'x'"),
                Arguments.of("1 2", 1, 3, "the end of the text"),
                Arguments.of("{}\n\n x", 3, 2, "the end of the text"),
                Arguments.of("[1,]", 1, 4, "a value"),
                Arguments.of("[,1]", 1, 2, "a value"),
                Arguments.of("[1 2]", 1, 4, "',' or ']'"),
                Arguments.of("[1", 1, 3, "',' or ']', found the end of the text"),
                Arguments.of("[", 1, 2, "a value"),
                Arguments.of("]", 1, 1, "a value"),
                Arguments.of("[1}", 1, 3, "',' or ']'"),
                Arguments.of("{", 1, 2, "a name in quotes or '}'"),
                Arguments.of("{\"a\"}", 1, 5, "':' after the name 'a'"),
                Arguments.of("{\"a\":}", 1, 6, "a value"),
                Arguments.of("{\"a\":1,}", 1, 8, "a name in quotes"),
                Arguments.of("{\"a\":1 \"b\":2}", 1, 8, "',' or '}'"),
                Arguments.of("{a:1}", 1, 2, "a name in quotes"),
                Arguments.of("{'a':1}", 1, 2, "a name in quotes"),
                Arguments.of("{1:1}", 1, 2, "a name in quotes"),
                Arguments.of("{\"a\":1,\n \"a\":2}", 2, 2, "each name once, found 'a' again"),
                Arguments.of("{\"a\":1,\"\\u0061\":2}", 1, 8, "each name once"),
                Arguments.of("01", 1, 2, "no digit after a leading 0"),
                Arguments.of("-01", 1, 3, "no digit after a leading 0"),
                Arguments.of("+1", 1, 1, "a value"),
                Arguments.of("-", 1, 2, "a digit"),
                Arguments.of("--1", 1, 2, "a digit"),
                Arguments.of(".5", 1, 1, "a value"),
                Arguments.of("1.", 1, 3, "a digit"),
                Arguments.of("1.e1", 1, 3, "a digit"),
                Arguments.of("1e", 1, 3, "a digit"),
                Arguments.of("1e+", 1, 4, "a digit"),
                Arguments.of("1e1.5", 1, 4, "the end of the text"),
                Arguments.of("0x1", 1, 2, "the end of the text"),
                Arguments.of("1f", 1, 2, "the end of the text"),
                Arguments.of("1_000", 1, 2, "the end of the text"),
                Arguments.of("\u0661", 1, 1, "a value"),
                Arguments.of("1\u0661", 1, 2, "the end of the text"),
                Arguments.of("NaN", 1, 1, "a value"),
                Arguments.of("Infinity", 1, 1, "a value"),
                Arguments.of("-Infinity", 1, 2, "a digit"),
                Arguments.of("1e309", 1, 1, "in the range of a double"),
                Arguments.of("[-1e99999999999]", 1, 2, "in the range of a double"),
                Arguments.of("\"a", 1, 3, "'\"' at the end of a string"),
                Arguments.of("\"", 1, 2, "'\"' at the end of a string"),
                Arguments.of("'a'", 1, 1, "a value"),
                Arguments.of("\"a\nb\"", 1, 3, "an escape in place of a control character, found '\\u000a'"),
                Arguments.of("\"\t\"", 1, 2, "an escape in place"),
                Arguments.of("\"\0\"", 1, 2, "an escape in place"),
                Arguments.of("\"\\x41\"", 1, 3, "after a backslash"),
                Arguments.of("\"\\'\"", 1, 3, "after a backslash"),
                Arguments.of("\"\\\"", 1, 4, "'\"' at the end of a string"),
                Arguments.of("\"\\u12g4\"", 1, 6, "four hexadecimal digits"),
                Arguments.of("\"\\u123\"", 1, 7, "four hexadecimal digits"),
                Arguments.of("\"\\u\u0661\u0661\u0661\u0661\"", 1, 4, "four hexadecimal digits"),
                Arguments.of("\"\\ud800\"", 1, 1, "a lone surrogate"),
                Arguments.of("\"\\ude00\\ud83d\"", 1, 1, "a lone surrogate"),
                Arguments.of("\"\\ud83dx\\ude00\"", 1, 1, "a lone surrogate"),
                Arguments.of("{\"\\ud800\":1}", 1, 2, "a lone surrogate"),
                Arguments.of("\"\ud800\"", 1, 1, "a lone surrogate"),
                Arguments.of("[1] // no", 1, 5, "the end of the text"),
                Arguments.of("/* no */ 1", 1, 1, "a value"),
                Arguments.of("\u00a01", 1, 1, "a value, found '\\u00a0'"),
                Arguments.of("\f1", 1, 1, "a value"));
    }

    @ParameterizedTest
    @MethodSource("rejected")
    void rejectsAllElseAndSaysWhere(String text, int line, int column, String expected) {
        JsonException e = assertThrows(JsonException.class, () -> Json.read(text));
        assertTrue(e.getMessage().contains(expected), e.getMessage());
        assertEquals(line, e.line(), e.getMessage());
        assertEquals(column, e.column(), e.getMessage());
        assertTrue(e.getMessage().startsWith("line " + line + ", column " + column + ": expected "), e.getMessage());
        assertEquals(-1, e.getMessage().indexOf('\n'), e.getMessage());
    }

    @Test
    void keepsTheOrderOfNames() {
        Map<?, ?> object = (Map<?, ?>) Json.read("{\"z\":1,\"a\":2,\"m\":3}");
        assertEquals(List.of("z", "a", "m"), List.copyOf(object.keySet()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ff", // no byte of UTF-8
                "80", // a continuation without a start
                "c3", // cut off
                "c328", // a start without its continuation
                "c080", // an overlong NUL
                "eda080", // a surrogate
                "f4908080", // beyond U+10FFFF
                "f09f98" // cut off
            })
    void rejectsMalformedUtf8(String hex) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("[\n\"\u00e9".getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(java.util.HexFormat.of().parseHex(hex));
        bytes.writeBytes("\"]".getBytes(StandardCharsets.UTF_8));
        JsonException e = assertThrows(JsonException.class, () -> Json.read(bytes.toByteArray()));
        assertEquals(
                "line 2, column 3: expected UTF-8, found the byte 0x" + hex.substring(0, 2) + " at offset 5",
                e.getMessage());
    }

    @Test
    void rejectsUtf8CutOffAtTheEnd() {
        byte[] bytes = {'"', (byte) 0xe2, (byte) 0x82};
        JsonException e = assertThrows(JsonException.class, () -> Json.read(bytes));
        assertTrue(e.getMessage().contains("expected UTF-8"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void limitsTheDepth(String opening) {
        String closing = opening.equals("[") ? "]" : "}";
        assertNotNull(Json.read(opening.repeat(Json.MAX_DEPTH - 1)
                + (opening.equals("[") ? "[]" : "{}")
                + closing.repeat(Json.MAX_DEPTH - 1)));
        for (int depth : new int[] {Json.MAX_DEPTH + 1, 1_000_000}) {
            JsonException e = assertThrows(JsonException.class, () -> Json.read(opening.repeat(depth)));
            assertTrue(e.getMessage().contains("at most 64 levels of nesting"), e.getMessage());
        }
    }

    @Test
    void depthCountsLevelsAndNotBrackets() {
        assertEquals(1000, ((List<?>) Json.read("[" + "[[]],".repeat(999) + "{}]")).size());
    }

    @Test
    void limitsTheNumberOfValues() {
        int most = Json.MAX_VALUES - 1;
        assertEquals(most, ((List<?>) Json.read("[" + "0,".repeat(most - 1) + "0]")).size());
        JsonException e = assertThrows(JsonException.class, () -> Json.read("[" + "0,".repeat(most) + "0]"));
        assertTrue(e.getMessage().contains("at most 1000000 values"), e.getMessage());
    }
}
