package io.gabor.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A recursive-descent parser of one JSON text; the rules are those of {@link Json}. */
final class JsonReader {
    private final String text;
    private int at;
    private int depth;
    private int values;

    JsonReader(String text) {
        this.text = text;
    }

    Object readText() {
        skipSpace();
        Object value = readValue();
        skipSpace();
        if (at < text.length()) {
            throw expected("the end of the text");
        }
        return value;
    }

    private Object readValue() {
        if (++values > Json.MAX_VALUES) {
            throw problem(at, "expected at most " + Json.MAX_VALUES + " values, found more");
        }
        int c = peek();
        switch (c) {
            case '{':
                return readObject();
            case '[':
                return readArray();
            case '"':
                return readString();
            case 't':
                return readLiteral("true", Boolean.TRUE);
            case 'f':
                return readLiteral("false", Boolean.FALSE);
            case 'n':
                return readLiteral("null", null);
            default:
                if (c == '-' || isDigit(c)) {
                    return readNumber();
                }
                throw expected("a value");
        }
    }

    private Map<String, Object> readObject() {
        enter();
        Map<String, Object> object = new LinkedHashMap<>();
        skipSpace();
        if (accept('}')) {
            depth--;
            return object;
        }
        while (true) {
            int start = at;
            if (peek() != '"') {
                throw expected(object.isEmpty() ? "a name in quotes or '}'" : "a name in quotes");
            }
            String name = readString();
            if (object.containsKey(name)) {
                throw problem(start, "expected each name once, found " + Quoted.text(name) + " again");
            }
            skipSpace();
            if (!accept(':')) {
                throw expected("':' after the name " + Quoted.text(name));
            }
            skipSpace();
            object.put(name, readValue());
            skipSpace();
            if (accept('}')) {
                depth--;
                return object;
            }
            if (!accept(',')) {
                throw expected("',' or '}'");
            }
            skipSpace();
        }
    }

    private List<Object> readArray() {
        enter();
        List<Object> array = new ArrayList<>();
        skipSpace();
        if (accept(']')) {
            depth--;
            return array;
        }
        while (true) {
            array.add(readValue());
            skipSpace();
            if (accept(']')) {
                depth--;
                return array;
            }
            if (!accept(',')) {
                throw expected("',' or ']'");
            }
            skipSpace();
        }
    }

    /** Steps over an opening bracket; the depth is limited because this parser recurses. */
    private void enter() {
        if (++depth > Json.MAX_DEPTH) {
            throw problem(at, "expected at most " + Json.MAX_DEPTH + " levels of nesting, found more");
        }
        at++;
    }

    private Object readLiteral(String literal, Object value) {
        if (!text.startsWith(literal, at)) {
            throw problem(at, "expected '" + literal + "', found " + Quoted.text(upcoming(literal.length())));
        }
        at += literal.length();
        return value;
    }

    private String upcoming(int length) {
        return text.substring(at, Math.min(text.length(), at + length));
    }

    private String readString() {
        int start = at++;
        int runStart = at;
        StringBuilder unescaped = null;
        while (true) {
            int c = peek();
            if (c == '"') {
                break;
            } else if (c == '\\') {
                unescaped = unescaped == null ? new StringBuilder() : unescaped;
                unescaped.append(text, runStart, at);
                at++;
                unescaped.append(readEscape());
                runStart = at;
            } else if (c < ' ') {
                throw expected(c < 0 ? "'\"' at the end of a string" : "an escape in place of a control character");
            } else {
                at++;
            }
        }
        String tail = text.substring(runStart, at);
        at++;
        String string = unescaped == null ? tail : unescaped.append(tail).toString();
        if (Surrogates.firstLone(string) >= 0) {
            throw problem(start, "expected a string of whole characters, found a lone surrogate in it");
        }
        return string;
    }

    /** Reads what stands behind a backslash. */
    private char readEscape() {
        int c = peek();
        switch (c) {
            case '"':
            case '\\':
            case '/':
                at++;
                return (char) c;
            case 'b':
                at++;
                return '\b';
            case 'f':
                at++;
                return '\f';
            case 'n':
                at++;
                return '\n';
            case 'r':
                at++;
                return '\r';
            case 't':
                at++;
                return '\t';
            case 'u':
                at++;
                return readHex();
            default:
                throw expected("one of \" \\ / b f n r t u after a backslash");
        }
    }

    private char readHex() {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            int c = peek();
            // Character.digit alone would take the digits of every script.
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw expected("four hexadecimal digits after \\u");
            }
            unit = unit * 16 + digit;
            at++;
        }
        return (char) unit;
    }

    private Object readNumber() {
        int start = at;
        boolean negative = accept('-');
        if (accept('0')) {
            if (isDigit(peek())) {
                throw expected("no digit after a leading 0");
            }
        } else {
            readDigits();
        }
        boolean integer = true;
        if (accept('.')) {
            integer = false;
            readDigits();
        }
        if (accept('e') || accept('E')) {
            integer = false;
            if (!accept('+')) {
                accept('-');
            }
            readDigits();
        }
        String number = text.substring(start, at);
        if (integer && number.length() <= 20) {
            try {
                long value = Long.parseLong(number);
                if (value != 0 || !negative) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // One of the few with 19 digits that do not fit: a double, like all longer ones.
            }
        }
        double value = Double.parseDouble(number);
        if (Double.isInfinite(value)) {
            throw problem(start, "expected a number in the range of a double, found " + Quoted.text(number));
        }
        return value;
    }

    private void readDigits() {
        if (!isDigit(peek())) {
            throw expected("a digit");
        }
        while (isDigit(peek())) {
            at++;
        }
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private void skipSpace() {
        while (true) {
            int c = peek();
            if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
                return;
            }
            at++;
        }
    }

    private boolean accept(char c) {
        if (peek() != c) {
            return false;
        }
        at++;
        return true;
    }

    /** Returns the next character, or −1 at the end. */
    private int peek() {
        return at < text.length() ? text.charAt(at) : -1;
    }

    private JsonException expected(String what) {
        String found = at < text.length() ? Quoted.character(text.charAt(at)) : "the end of the text";
        return problem(at, "expected " + what + ", found " + found);
    }

    private JsonException problem(int index, String problem) {
        return JsonException.at(text, index, problem);
    }
}
