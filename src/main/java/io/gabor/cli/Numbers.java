package io.gabor.cli;

import java.util.Locale;

/** How numbers are written for people; the same in every country. */
final class Numbers {
    private Numbers() {}

    static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** 431,080. */
    static String count(long value) {
        return format("%,d", value);
    }

    /** A share from 0 to 1 as 98.97 %. */
    static String percent(double share) {
        return format("%.2f %%", 100 * share);
    }

    /** Images per second, with as many digits as mean something. */
    static String rate(double value) {
        return value < 10 ? format("%.2f", value) : format("%,.0f", value);
    }

    /** 0.0123, or 1.2e-05 where that would lose all digits. */
    static String loss(double value) {
        return value != 0 && Math.abs(value) < 1e-3 ? format("%.2e", value) : format("%.4f", value);
    }

    static String seconds(double value) {
        return value < 10 ? format("%.2f s", value) : format("%.1f s", value);
    }

    static String bytes(long value) {
        if (value < 1024) {
            return value + " B";
        }
        double scaled = value;
        int unit = -1;
        while (scaled >= 1024) {
            scaled /= 1024;
            unit++;
        }
        return format("%.1f %ciB", scaled, "KMGTPE".charAt(unit));
    }

    /** Floating-point operations in millions: 4.586. */
    static String mega(long flops) {
        return format("%.3f", flops / 1e6);
    }
}
