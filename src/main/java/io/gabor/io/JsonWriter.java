package io.gabor.io;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Writes one value as JSON; the rules are those of {@link Json}. */
final class JsonWriter {
    private static final String INDENT = "  ";

    private final boolean pretty;
    private final StringBuilder out = new StringBuilder();
    private int depth;
    private int values;

    JsonWriter(boolean pretty) {
        this.pretty = pretty;
    }

    String write(Object value) {
        writeValue(value);
        return out.toString();
    }

    private void writeValue(Object value) {
        if (++values > Json.MAX_VALUES) {
            throw new IllegalArgumentException("JSON of more than " + Json.MAX_VALUES + " values cannot be written");
        }
        if (value instanceof Map<?, ?> object) {
            writeObject(object);
        } else if (value instanceof List<?> array) {
            writeArray(array);
        } else {
            writeScalar(value);
        }
    }

    private void writeScalar(Object value) {
        if (value == null || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof String string) {
            writeString(string);
        } else if (value instanceof Double number) {
            out.append(Double.isFinite(number) ? ShortestDecimal.of(number.doubleValue()) : "null");
        } else if (value instanceof Float number) {
            out.append(Float.isFinite(number) ? ShortestDecimal.of(number.floatValue()) : "null");
        } else if (value instanceof Long
                || value instanceof Integer
                || value instanceof Short
                || value instanceof Byte) {
            out.append(((Number) value).longValue());
        } else {
            throw new IllegalArgumentException(
                    "expected a map, list, string, number, boolean or null to write as JSON, " + "found a "
                            + value.getClass().getName());
        }
    }

    private void writeObject(Map<?, ?> object) {
        enter();
        out.append('{');
        Iterator<? extends Map.Entry<?, ?>> entries = object.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<?, ?> entry = entries.next();
            if (!(entry.getKey() instanceof String name)) {
                throw new IllegalArgumentException(
                        "expected strings as names of a JSON object, found " + entry.getKey());
            }
            newLine();
            writeString(name);
            out.append(pretty ? ": " : ":");
            writeValue(entry.getValue());
            if (entries.hasNext()) {
                out.append(',');
            }
        }
        depth--;
        if (!object.isEmpty()) {
            newLine();
        }
        out.append('}');
    }

    private void writeArray(List<?> array) {
        enter();
        out.append('[');
        boolean onOneLine = array.stream().noneMatch(value -> value instanceof Map || value instanceof List);
        Iterator<?> elements = array.iterator();
        while (elements.hasNext()) {
            if (!onOneLine) {
                newLine();
            }
            writeValue(elements.next());
            if (elements.hasNext()) {
                out.append(pretty && onOneLine ? ", " : ",");
            }
        }
        depth--;
        if (!onOneLine) {
            newLine();
        }
        out.append(']');
    }

    /** The limit also ends the writing of a list that contains itself. */
    private void enter() {
        if (++depth > Json.MAX_DEPTH) {
            throw new IllegalArgumentException(
                    "JSON with more than " + Json.MAX_DEPTH + " levels of nesting cannot be written");
        }
    }

    private void newLine() {
        if (pretty) {
            out.append('\n').append(INDENT.repeat(depth));
        }
    }

    private void writeString(String string) {
        int lone = Surrogates.firstLone(string);
        if (lone >= 0) {
            throw new IllegalArgumentException(
                    "expected a string of whole characters, found a lone surrogate at index " + lone);
        }
        out.append('"');
        for (int i = 0; i < string.length(); i++) {
            writeCharacter(string.charAt(i));
        }
        out.append('"');
    }

    private void writeCharacter(char c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                if (c < ' ') {
                    out.append(String.format("\\u%04x", (int) c));
                } else {
                    out.append(c);
                }
            }
        }
    }
}
