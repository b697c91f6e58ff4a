package io.gabor.io;

/**
 * A text that is not the strict JSON of {@link Json}; the message gives the place, what was expected and what was
 * found.
 */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;

    private JsonException(int line, int column, String problem) {
        super("line " + line + ", column " + column + ": " + problem);
        this.line = line;
        this.column = column;
    }

    /** Returns the exception for a problem at {@code text[index]}. */
    static JsonException at(CharSequence text, int index, String problem) {
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < index; i++) {
            if (text.charAt(i) == '\n') {
                line++;
                lineStart = i + 1;
            }
        }
        return new JsonException(line, index - lineStart + 1, problem);
    }

    /** Returns the line of the problem, counted from 1; lines end with a line feed. */
    public int line() {
        return line;
    }

    /** Returns the column of the problem, counted from 1 in UTF-16 units. */
    public int column() {
        return column;
    }
}
