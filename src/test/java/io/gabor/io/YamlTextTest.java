package io.gabor.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** YAML as plain values that know their lines; what is hostile or wrong is refused with its line. */
final class YamlTextTest {
    @TempDir
    Path folder;

    private static YamlText parse(String... lines) {
        return YamlText.parse("net.yaml", String.join("\n", lines));
    }

    @Test
    void scalarsAreWhatTheyLookLike() {
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("integer", 12L);
        expected.put("negative", -3L);
        expected.put("number", 0.5);
        expected.put("power", 1e-3);
        expected.put("point", 0.25);
        expected.put("long", 1e20);
        expected.put("text", "he-normal");
        expected.put("quoted", "12");
        expected.put("colon", "normal:0.05");
        expected.put("version", "1.2.3");
        expected.put("true", true);
        expected.put("false", false);
        expected.put("yes", "yes");
        expected.put("none", null);
        expected.put("empty", null);
        assertEquals(
                expected,
                parse(
                                "integer: 12",
                                "negative: -3",
                                "number: 0.5",
                                "power: 1e-3 # a remark",
                                "point: .25",
                                "long: 100000000000000000000",
                                "text: he-normal",
                                "quoted: '12'",
                                "colon: normal:0.05",
                                "version: 1.2.3",
                                "true: true",
                                "false: false",
                                "yes: yes",
                                "none: null",
                                "empty:")
                        .root());
    }

    @Test
    void jsonIsReadToo() {
        String json = "{\"a\": [1, 2.5, \"x\", null, true], \"b\": {\"c\": \"\\u00fc\"}}";
        assertEquals(Json.read(json), parse(json).root());
    }

    @Test
    void valuesKnowTheirLines() {
        YamlText text =
                parse("# a remark", "a: 1", "list:", "  - {k: 1}", "", "  - k: 2", "    m: 3", "  - last", "b: 2");
        List<?> list = (List<?>) text.root().get("list");
        assertEquals(2, text.line(text.root()));
        assertEquals(3, text.line(text.root(), "list"));
        assertEquals(9, text.line(text.root(), "b"));
        assertEquals(4, text.line(list.get(0)));
        assertEquals(6, text.line(list.get(1)));
        assertEquals(7, text.line((Map<?, ?>) list.get(1), "m"));
        assertEquals(6, text.line((Map<?, ?>) list.get(1), "missing"));
        assertEquals(8, text.itemLine(list, 2));
        assertEquals(
                "net.yaml:7: what is wrong", text.problem(7, "what is wrong").getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                          | 1: expected a mapping of keys and values, found nothing",
                "# only a remark             | 1: expected a mapping of keys and values, found nothing",
                "- 1                         | 1: expected a mapping of keys and values at the top",
                "word                        | 1: expected a mapping of keys and values at the top",
                "a: 1;b: 2;a: 3              | 3: expected each key once, found 'a' again",
                "a: {b: 1,;  b: 2}           | 2: expected each key once, found 'b' again",
                "a: 1;b: &x 2                | 2: anchors (&) and aliases (*) are not read here",
                "a: 1;b: *x                  | 2: anchors (&) and aliases (*) are not read here",
                "a: &x [1];b: [*x, *x]       | 1: anchors (&) and aliases (*) are not read here",
                "a: !!java.net.URL [x]       | 1: tags (!) are not read here, found 'tag:yaml.org,2002:java.net.URL'",
                "a: !own 1                   | 1: tags (!) are not read here, found '!own'",
                "a: 1;--- ;b: 2              | 2: expected one document, found a second one",
                "a: 1;? [x, y];: 2           | 2: expected a name in front of ':'",
                "a: [1, 2;b: 3               | 2: not YAML",
                "a: 1; b: 2                  | 2: not YAML",
                "a: 1e999                    | 1: expected a number in the range of a double, found '1e999'",
                "a: 1;b: \u0007x             | 2: not YAML: the character U+0007 must not be in a text"
            })
    void saysWhatIsWrongAndWhere(String lines, String message) {
        String text = lines.replace(";", "\n");
        FormatException error = assertThrows(FormatException.class, () -> YamlText.parse("net.yaml", text));
        assertTrue(error.getMessage().startsWith("net.yaml:" + message), error.getMessage());
        assertEquals(1, error.getMessage().lines().count());
    }

    @Test
    void whatIsTooDeepOrTooLongIsRefused() throws IOException {
        String deep = "a: " + "[".repeat(100_000);
        FormatException tooDeep = assertThrows(FormatException.class, () -> parse(deep));
        assertTrue(tooDeep.getMessage().contains("at most 64 levels of nesting"), tooDeep.getMessage());

        Path file = folder.resolve("large.yaml");
        byte[] bytes = new byte[YamlText.MAX_BYTES + 1];
        Arrays.fill(bytes, (byte) ' ');
        Files.write(file, bytes);
        FormatException tooLong = assertThrows(FormatException.class, () -> YamlText.read(file));
        assertTrue(tooLong.getMessage().contains("at most 1048576 bytes"), tooLong.getMessage());
    }

    @Test
    void aFileMustBeUtf8() throws IOException {
        Path file = folder.resolve("net.yaml");
        Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xff});
        FormatException error = assertThrows(FormatException.class, () -> YamlText.read(file));
        assertTrue(error.getMessage().contains("expected UTF-8, found the byte 0xff"), error.getMessage());
        Files.writeString(file, "a: ü");
        assertEquals(Map.of("a", "ü"), YamlText.read(file).root());
    }

    /** Whatever becomes of a text, it is read or refused with a message of one line; nothing else is thrown. */
    @Test
    void changedTextsAreReadOrRefused() {
        String text =
                "name: net\ninput: [1, 28, 28]\nlayers:\n  - {kind: conv2d, filters: 2}\n  - relu\n  - kind: 'dense'\n";
        String changes = "[]{}:,-&*!|>'\"%@`#?\n \t\\0a~\u0085\u2028\ufeff";
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 3000; i++) {
            StringBuilder changed = new StringBuilder(text);
            for (int k = 0; k <= i % 4; k++) {
                changed.setCharAt(random.nextInt(changed.length()), changes.charAt(random.nextInt(changes.length())));
            }
            try {
                YamlText.parse("net.yaml", changed.toString());
            } catch (FormatException e) {
                assertTrue(e.getMessage().matches("net\\.yaml:\\d+: .+"), changed + "\n" + e.getMessage());
            }
        }
    }

    @Test
    void bytesAreCountedBeforeTheTextIsMade() throws IOException {
        Path file = folder.resolve("exact.yaml");
        String text = "a: 1 #" + "x".repeat(YamlText.MAX_BYTES - 6);
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        assertEquals(Map.of("a", 1L), YamlText.read(file).root());
    }
}
