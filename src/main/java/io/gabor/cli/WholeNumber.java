package io.gabor.cli;

import io.gabor.backend.BackendOptions;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads counts from the command line; the message says in words what would do. */
abstract class WholeNumber implements ITypeConverter<Integer> {
    private final int most;

    WholeNumber(int most) {
        this.most = most;
    }

    /** From 1 on. */
    static final class AtLeastOne extends WholeNumber {
        AtLeastOne() {
            super(Integer.MAX_VALUE);
        }
    }

    /** A number of threads. */
    static final class Threads extends WholeNumber {
        Threads() {
            super(BackendOptions.MAX_THREADS);
        }
    }

    @Override
    public Integer convert(String text) {
        try {
            long value = Long.parseLong(text.strip());
            if (value >= 1 && value <= most) {
                return (int) value;
            }
        } catch (NumberFormatException e) {
            // The message is the same.
        }
        throw new TypeConversionException("expected a whole number "
                + (most == Integer.MAX_VALUE ? "of at least 1" : "from 1 to " + most) + ", found '" + text + "'");
    }
}
