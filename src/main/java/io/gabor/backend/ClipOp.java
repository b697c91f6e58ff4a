package io.gabor.backend;

/** A bound on a fixed list of gradients. Made by {@link Backend#gradientClipping}. */
public interface ClipOp extends AutoCloseable {
    /** Bounds the gradients that are there now, in place. */
    void clip();

    /** Releases whatever the op holds. */
    @Override
    void close();
}
