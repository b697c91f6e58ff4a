package io.gabor.io;

/**
 * Text from a file as it may stand in a message: in quotes, short, on one line. A hostile name must not be able to move
 * a terminal's cursor or fill the screen.
 */
final class Quoted {
    private static final int LONGEST = 80;
    private static final int LONGEST_LINE = 500;

    private Quoted() {}

    static String text(String text) {
        StringBuilder out = new StringBuilder("'");
        for (int i = 0; i < Math.min(text.length(), LONGEST); i++) {
            append(out, text.charAt(i));
        }
        return out.append(text.length() > LONGEST ? "...'" : "'").toString();
    }

    /** A message that may hold text from a file, without quotes. */
    static String line(String message) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < Math.min(message.length(), LONGEST_LINE); i++) {
            append(out, message.charAt(i));
        }
        return message.length() > LONGEST_LINE ? out + "..." : out.toString();
    }

    static String character(char c) {
        return text(String.valueOf(c));
    }

    private static void append(StringBuilder out, char c) {
        int type = Character.getType(c);
        boolean visible = c == ' '
                || !(type == Character.CONTROL
                        || type == Character.FORMAT
                        || type == Character.SURROGATE
                        || type == Character.UNASSIGNED
                        || type == Character.PRIVATE_USE
                        || type == Character.LINE_SEPARATOR
                        || type == Character.PARAGRAPH_SEPARATOR
                        || type == Character.SPACE_SEPARATOR);
        out.append(visible ? String.valueOf(c) : String.format("\\u%04x", (int) c));
    }
}
