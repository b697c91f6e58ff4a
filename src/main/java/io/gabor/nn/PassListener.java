package io.gabor.nn;

/**
 * Is told, while a pass goes through a network, which layer begins and which one is done; of a container before and after
 * the layers inside it. For measuring. It changes nothing, and in a step that is recorded it does only what may be recorded.
 */
public interface PassListener {
    /** The layer's forward or backward pass begins. */
    void enter(Layer layer);

    /** The layer's forward or backward pass is done. */
    void leave(Layer layer);
}
