package io.gabor.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A schedule's text taken apart, {@code name:key=number,key=number}, and put together. Every mistake is named. */
final class Settings {
    private final String name;
    private final Map<String, String> given = new LinkedHashMap<>();
    private final List<String> known = new ArrayList<>();

    Settings(String text) {
        int colon = text.indexOf(':');
        name = (colon < 0 ? text : text.substring(0, colon)).strip();
        if (colon < 0) {
            return;
        }
        for (String part : text.substring(colon + 1).split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("schedule " + name
                        + ": settings are written key=number with commas between them, found '" + part + "'");
            }
            String key = part.substring(0, equals).strip();
            if (given.put(key, part.substring(equals + 1).strip()) != null) {
                throw new IllegalArgumentException("schedule " + name + ": " + key + " is given twice");
            }
        }
    }

    String name() {
        return name;
    }

    /** Takes a setting that may be left out. */
    double number(String key, double otherwise) {
        known.add(key);
        String text = given.get(key);
        if (text == null) {
            return otherwise;
        }
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "schedule " + name + ": " + key + " must be a number, found '" + text + "'", e);
        }
    }

    /** Takes a setting that must be there. */
    double number(String key, String example) {
        if (!given.containsKey(key)) {
            throw new IllegalArgumentException("schedule " + name + " needs " + key + ", as in " + example);
        }
        return number(key, 0);
    }

    /** Returns the schedule that has taken its settings, if nothing is left over. */
    Schedule done(Schedule schedule) {
        for (String key : given.keySet()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException("schedule " + name + " has no setting '" + key + "'; "
                        + (known.isEmpty() ? "it has none" : "it has " + String.join(", ", known)));
            }
        }
        return schedule;
    }

    /** Refuses a value out of range. */
    static void require(boolean holds, String schedule, String rule, double found) {
        if (!holds) {
            throw new IllegalArgumentException("schedule " + schedule + ": " + rule + ", found " + text(found));
        }
    }

    /** Refuses a value that is not a finite number above 0. */
    static void requirePositive(String schedule, String key, double found) {
        require(found > 0 && found < Double.POSITIVE_INFINITY, schedule, key + " must be finite and above 0", found);
    }

    /** Refuses a value that is not a finite number of at least 0. */
    static void requireNotNegative(String schedule, String key, double found) {
        require(
                found >= 0 && found < Double.POSITIVE_INFINITY,
                schedule,
                key + " must be finite and at least 0",
                found);
    }

    /** Refuses a value that is not a whole number from {@code least} on. */
    static void requireWhole(String schedule, String key, double found, int least) {
        require(
                found >= least && found <= Integer.MAX_VALUE && found == Math.rint(found),
                schedule,
                key + " must be a whole number of at least " + least,
                found);
    }

    /** Writes a schedule's text; settings that have their usual value are left out. */
    static String write(String name, Object... keyValueUsual) {
        StringBuilder text = new StringBuilder(name);
        char separator = ':';
        for (int i = 0; i < keyValueUsual.length; i += 3) {
            double value = ((Number) keyValueUsual[i + 1]).doubleValue();
            if (value != ((Number) keyValueUsual[i + 2]).doubleValue()) {
                text.append(separator).append(keyValueUsual[i]).append('=').append(text(value));
                separator = ',';
            }
        }
        return text.toString();
    }

    private static String text(double value) {
        String text = Double.toString(value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
