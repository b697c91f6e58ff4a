package io.gabor.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the known name that an unknown one was probably meant to be. */
final class Nearest {
    private Nearest() {}

    /** Returns the known name with the fewest edits, if they are few enough for a slip. */
    static Optional<String> to(String found, Collection<String> known) {
        String typed = found.toLowerCase(Locale.ROOT);
        return known.stream()
                .min(Comparator.comparingInt(name -> distance(typed, name)))
                .filter(name -> distance(typed, name) <= Math.max(2, name.length() / 3));
    }

    /** Returns the line for an unknown name: what there is not, what was probably meant, what there is. */
    static String message(String kind, String found, Collection<String> known) {
        String all = String.join(", ", known);
        return "there is no " + kind + " '" + found + "'; "
                + to(found, known)
                        .map(name -> "did you mean '" + name + "'? There are " + all)
                        .orElse("there are " + all);
    }

    /** The number of characters to insert, delete or replace, or neighbours to swap (optimal string alignment). */
    static int distance(String a, String b) {
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    edits[i][j] = i + j;
                    continue;
                }
                int replaced = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                edits[i][j] = Math.min(replaced, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
                }
            }
        }
        return edits[a.length()][b.length()];
    }
}
