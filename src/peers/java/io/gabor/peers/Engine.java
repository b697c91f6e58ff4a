package io.gabor.peers;

import java.util.Arrays;
import java.util.Locale;

/** What is compared. Each gets a JVM of its own. */
enum Engine {
    /** Gabor's backend {@code cpu}. */
    GABOR,
    /** The same on one thread. */
    GABOR_1,
    /** The same without the Vector API. */
    GABOR_SCALAR,
    /** DJL with PyTorch's CPU build. */
    DJL,
    /** Deeplearning4j with nd4j-native. */
    DL4J;

    /** Returns the engine of this name. */
    static Engine byName(String name) {
        return Arrays.stream(values())
                .filter(engine -> engine.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no engine '" + name + "'; there are "
                        + String.join(
                                ", ",
                                Arrays.stream(values()).map(Engine::toString).toList())));
    }

    /** Returns how many threads it computes with where so many are asked for. */
    int threads(int asked) {
        return this == GABOR_1 ? 1 : asked;
    }

    boolean isGabor() {
        return this != DJL && this != DL4J;
    }

    /** Opens it in this JVM. */
    Peer open(int threads) {
        return switch (this) {
            case GABOR, GABOR_1, GABOR_SCALAR -> new GaborPeer(threads);
            case DJL -> new DjlPeer();
            case DL4J -> new Dl4jPeer();
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
