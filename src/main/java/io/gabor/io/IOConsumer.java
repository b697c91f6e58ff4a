package io.gabor.io;

import java.io.IOException;

/** Something done with a value, a stream for instance, that may fail with an {@link IOException}. */
@FunctionalInterface
public interface IOConsumer<T> {
    void accept(T value) throws IOException;
}
