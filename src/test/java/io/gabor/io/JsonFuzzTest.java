package io.gabor.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class JsonFuzzTest {
    private final SplittableRandom random = new SplittableRandom(42);

    @Test
    void randomTreesComeBackFromBothForms() {
        for (int i = 0; i < 2_000; i++) {
            Object tree = tree(5);
            String compact = Json.write(tree);
            assertEquals(tree, Json.read(compact), compact);
            assertEquals(tree, Json.read(compact.getBytes(StandardCharsets.UTF_8)), compact);
            assertEquals(tree, Json.read(Json.writePretty(tree)), compact);
            assertEquals(compact, Json.write(Json.read(compact)));
        }
    }

    @Test
    void damagedTextsAreValuesOrJsonExceptions() {
        int rejected = 0;
        int accepted = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] text = Json.write(tree(3)).getBytes(StandardCharsets.UTF_8);
            byte[] damaged = Mutation.of(text, random);
            try {
                Json.read(damaged);
                accepted++;
            } catch (JsonException e) {
                assertTrue(e.line() >= 1 && e.column() >= 1, e.getMessage());
                rejected++;
            }
        }
        assertTrue(rejected > 1_000 && accepted > 100, rejected + " rejected, " + accepted + " accepted");
    }

    private Object tree(int depth) {
        switch (random.nextInt(depth > 0 ? 9 : 7)) {
            case 0:
                return null;
            case 1:
                return random.nextBoolean();
            case 2:
                return random.nextLong() >> random.nextInt(64);
            case 3:
                double value = Double.longBitsToDouble(random.nextLong());
                return Double.isFinite(value) ? value : 0.5;
            case 4:
                return random.nextInt(-1000, 1000) / 64.0;
            case 5:
            case 6:
                return string();
            case 7:
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    list.add(tree(depth - 1));
                }
                return list;
            default:
                Map<String, Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    map.put(string(), tree(depth - 1));
                }
                return map;
        }
    }

    private String string() {
        StringBuilder string = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            int limit = random.nextBoolean() ? 0x80 : Character.MAX_CODE_POINT + 1;
            int codePoint = random.nextInt(limit);
            boolean surrogate = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
            string.appendCodePoint(surrogate ? '"' : codePoint);
        }
        return string.toString();
    }
}
