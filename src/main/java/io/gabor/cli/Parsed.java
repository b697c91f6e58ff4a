package io.gabor.cli;

import io.gabor.model.ClassWeights;
import io.gabor.optim.Schedule;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads from the command line what another package parses, so that its message has the option's name in front. */
abstract class Parsed<T> implements ITypeConverter<T> {
    private final Function<String, T> parser;

    Parsed(Function<String, T> parser) {
        this.parser = parser;
    }

    /** See {@link ClassWeights#parse}. */
    static final class Weights extends Parsed<ClassWeights> {
        Weights() {
            super(ClassWeights::parse);
        }
    }

    /** See {@link Schedule#parse}. */
    static final class Rates extends Parsed<Schedule> {
        Rates() {
            super(Schedule::parse);
        }
    }

    @Override
    public T convert(String text) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
