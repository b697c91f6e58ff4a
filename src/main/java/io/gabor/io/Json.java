package io.gabor.io;

/**
 * A strict reader and a deterministic writer of JSON as RFC 8259 defines it. Values are plain Java: an object is a
 * {@code LinkedHashMap<String, Object>} in the order of the text, an array a {@code List<Object>}, then {@code String},
 * {@code Long}, {@code Double}, {@code Boolean} and {@code null}.
 *
 * <p><b>Reading</b> accepts the grammar of the RFC and nothing else: no comments, no trailing commas, no byte order
 * mark, no text behind the value. Beyond the grammar it rejects duplicate names, lone surrogates, malformed UTF-8,
 * numbers too large for a double, nesting deeper than {@link #MAX_DEPTH} and texts of more than {@link #MAX_VALUES}
 * values, so that a hostile text can exhaust neither the stack nor much more memory than its own length. A number
 * without fraction and exponent that fits is a {@code Long}; every other one, and {@code -0}, is the nearest
 * {@code Double}.
 *
 * <p><b>Writing</b> takes the same kinds of value, and also {@code Integer}, {@code Short}, {@code Byte} and
 * {@code Float}. Names keep the map's order. Floating-point numbers are written with the fewest digits that read back as the
 * same {@code double} or {@code float}, the same on every JDK, and always with a point or an exponent so that they read
 * back as {@code Double}. JSON has no NaN and no infinities: they are written as {@code null}, as ECMAScript's
 * {@code JSON.stringify} does; a program that cares must say so in a field of its own. The limits of the reader hold for the
 * writer too: what is written can be read.
 */
public final class Json {
    /** The deepest nesting of arrays and objects. */
    public static final int MAX_DEPTH = 64;

    /** The largest number of values in one text, counting every array, object, string, number and literal. */
    public static final int MAX_VALUES = 1_000_000;

    private Json() {}

    /**
     * Returns the value of a UTF-8 text.
     *
     * @throws JsonException if the text is not strict JSON or beyond the limits; names the line, the column and what
     *     was expected there
     */
    public static Object read(byte[] utf8) {
        return new JsonReader(StrictUtf8.decode(utf8)).readText();
    }

    /**
     * Returns the value of a text.
     *
     * @throws JsonException if the text is not strict JSON or beyond the limits
     */
    public static Object read(String text) {
        return new JsonReader(text).readText();
    }

    /**
     * Returns a value as JSON on one line, without spaces.
     *
     * @throws IllegalArgumentException if something in it is none of the kinds above, a name is not a string, a string
     *     has a lone surrogate, or a limit is exceeded
     */
    public static String write(Object value) {
        return new JsonWriter(false).write(value);
    }

    /**
     * Returns a value as JSON for people: indented by two spaces, an array of numbers and other simple values on one
     * line. There is no line feed at the end.
     *
     * @throws IllegalArgumentException as {@link #write}
     */
    public static String writePretty(Object value) {
        return new JsonWriter(true).write(value);
    }
}
