package io.gabor.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A text in YAML 1.2, and so also in JSON, as plain values that know their lines: a mapping is a
 * {@code LinkedHashMap<String, Object>}, a sequence an {@code ArrayList<Object>}, a scalar a {@code String}, {@code Long},
 * {@code Double}, {@code Boolean} or {@code null}.
 *
 * <p>Only what a configuration needs is read: one document, no tags, no anchors and no aliases. A name stands once in a mapping.
 * Nothing in a text chooses a Java class, and nothing grows beyond the text's own length: a text has at most
 * {@link #MAX_BYTES} bytes and {@link #MAX_DEPTH} levels.
 */
public final class YamlText {
    /** The longest text. */
    public static final int MAX_BYTES = 1 << 20;

    /** The deepest nesting of mappings and sequences. */
    public static final int MAX_DEPTH = 64;

    private final String source;
    private final Map<Object, Integer> lines = new IdentityHashMap<>();
    private final Map<Map<?, ?>, Map<String, Integer>> keyLines = new IdentityHashMap<>();
    private final Map<List<?>, List<Integer>> itemLines = new IdentityHashMap<>();
    private final Map<String, Object> root;

    private YamlText(String source, String text) {
        this.source = source;
        root = new YamlReader(this, text).read();
    }

    /**
     * Reads a file.
     *
     * @throws FormatException if it is no such text; says file, line and what was expected
     * @throws IOException if it cannot be read
     */
    public static YamlText read(Path path) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(path)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
            throw new FormatException(path + ": expected a text of at most " + MAX_BYTES + " bytes, found more");
        }
        try {
            return parse(path.toString(), StrictUtf8.decode(bytes));
        } catch (JsonException e) {
            throw new FormatException(path + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads a text.
     *
     * @param source what to call it in messages
     * @throws FormatException as {@link #read}
     */
    public static YamlText parse(String source, String text) {
        return new YamlText(source, text);
    }

    /** Returns the outermost mapping. */
    public Map<String, Object> root() {
        return root;
    }

    /** Puts a value that was made later at a line of the text. */
    public void place(Object value, int line) {
        lines.put(value, line);
    }

    /** Returns the line on which a mapping or sequence begins; 1 for one that is not of this text. */
    public int line(Object value) {
        return lines.getOrDefault(value, 1);
    }

    /** Returns the line of a key of a mapping; of the mapping itself where it has no such key. */
    public int line(Map<?, ?> mapping, String key) {
        Integer own = keyLines.getOrDefault(mapping, Map.of()).get(key);
        return own == null ? line(mapping) : own;
    }

    /** Returns the line of an item of a sequence. */
    public int itemLine(List<?> sequence, int index) {
        return itemLines.get(sequence).get(index);
    }

    /** Returns what to throw for a problem at a line, on one line of its own. */
    public FormatException problem(int line, String message) {
        return new FormatException(source + ":" + line + ": " + Quoted.line(message));
    }

    /** Returns a new mapping that begins at a line. */
    Map<String, Object> mapping(int line) {
        Map<String, Object> mapping = new LinkedHashMap<>();
        place(mapping, line);
        keyLines.put(mapping, new LinkedHashMap<>());
        return mapping;
    }

    /** Adds a key; false if there is one of that name. */
    boolean addKey(Map<String, Object> mapping, String key, int line) {
        return keyLines.get(mapping).putIfAbsent(key, line) == null;
    }

    /** Returns a new sequence that begins at a line. */
    List<Object> sequence(int line) {
        List<Object> sequence = new ArrayList<>();
        place(sequence, line);
        itemLines.put(sequence, new ArrayList<>());
        return sequence;
    }

    /** Says on which line the next item of a sequence begins. */
    void addItem(List<Object> sequence, int line) {
        itemLines.get(sequence).add(line);
    }
}
