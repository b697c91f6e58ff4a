package io.gabor.io;

/** Finds halves of surrogate pairs: a string with one is no text and has no UTF-8 form. */
final class Surrogates {
    private Surrogates() {}

    /** Returns the index of the first surrogate without its partner, or −1. */
    static int firstLone(String string) {
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < string.length()
                        && Character.isLowSurrogate(string.charAt(i + 1));
                if (!pair) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }
}
