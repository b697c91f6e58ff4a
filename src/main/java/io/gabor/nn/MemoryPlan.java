package io.gabor.nn;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendException;
import io.gabor.backend.OutOfMemoryException;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.OptionalInt;
import java.util.function.IntToLongFunction;

/**
 * The memory that a network takes on a backend, known before it is built: the layers are connected as {@link Network} does,
 * with tensors that have a shape and no memory. They are new afterwards.
 *
 * @param batch the largest batch, N
 * @param training whether there are gradients
 * @param parameters bytes of the parameters and buffers
 * @param gradients bytes of the parameters' gradients; 0 for inference
 * @param activations bytes of the values between the layers for N samples, of their gradients in training, and of what layers
 *     keep for themselves
 * @param workspaces bytes that the ops keep beside that
 */
public record MemoryPlan(
        int batch, boolean training, long parameters, long gradients, long activations, long workspaces) {
    /** Plans what {@link Network#training} would build, with the errors that it would have. */
    public static MemoryPlan training(Layer root, Shape sample, Backend backend, int maxBatch) {
        return of(root, sample, backend, maxBatch, true);
    }

    /** Plans what {@link Network#inference} would build, with the errors that it would have. */
    public static MemoryPlan inference(Layer root, Shape sample, Backend backend, int maxBatch) {
        return of(root, sample, backend, maxBatch, false);
    }

    private static MemoryPlan of(Layer root, Shape sample, Backend backend, int maxBatch, boolean training) {
        return of(root, sample, BuildContext.dry(backend, maxBatch, training, true));
    }

    /** Connects the layers in a context that makes no tensors, and lets go of everything. */
    static MemoryPlan of(Layer root, Shape sample, BuildContext dry) {
        if (dry.maxBatch() < 1) {
            throw new ShapeException("a batch is at least 1, found " + dry.maxBatch());
        }
        Container layers = root instanceof Container container ? container : Sequential.of(root);
        layers.requireNew(Collections.newSetFromMap(new IdentityHashMap<>()));
        layers.outputShapeNamed(sample);
        Backend backend = dry.backend();
        long before = backend.allocatedBytes();
        try {
            backend.planned(() -> layers.build(dry, dry.flow(sample, false)));
            return new MemoryPlan(
                    dry.maxBatch(),
                    dry.training(),
                    dry.parameterBytes() + dry.bufferBytes(),
                    dry.training() ? dry.parameterBytes() : 0,
                    dry.activationBytes(),
                    backend.allocatedBytes() - before);
        } finally {
            dry.release();
            layers.disconnect();
        }
    }

    /** Returns the bytes of it all. */
    public long total() {
        return parameters + gradients + activations + workspaces;
    }

    /**
     * Returns the largest batch that fits.
     *
     * @param total the bytes that a batch takes, growing with the batch; may throw where a batch is too large for a shape or
     *     an array
     * @param most the largest batch to try
     * @param free the bytes that there are
     */
    public static OptionalInt largestBatch(IntToLongFunction total, int most, long free) {
        int fits = 0;
        int tooLarge = most == Integer.MAX_VALUE ? most : most + 1;
        while (tooLarge - fits > 1) {
            int middle = fits + (tooLarge - fits) / 2;
            if (fits(total, middle, free)) {
                fits = middle;
            } else {
                tooLarge = middle;
            }
        }
        return fits == 0 ? OptionalInt.empty() : OptionalInt.of(fits);
    }

    private static boolean fits(IntToLongFunction total, int batch, long free) {
        try {
            return total.applyAsLong(batch) <= free;
        } catch (ShapeException | BackendException e) {
            return false;
        }
    }

    /**
     * Adds to an exception what the plan says: what a batch needs, and the largest that fits.
     *
     * @param plan what needs the bytes, for people
     * @param total as in {@link #largestBatch}
     */
    public static OutOfMemoryException explain(
            OutOfMemoryException e, String plan, IntToLongFunction total, int batch, long free) {
        OptionalInt largest = largestBatch(total, batch, free);
        String advice = largest.isEmpty()
                ? "not even a batch of 1 fits"
                : largest.getAsInt() < batch
                        ? "the largest batch that fits is " + largest.getAsInt()
                        : "that would fit in " + free + " bytes: others take memory on the device, or it is in pieces";
        return new OutOfMemoryException(e.getMessage() + "; " + plan + "; " + advice, e);
    }

    @Override
    public String toString() {
        return (training ? "training" : "inference") + " with batch " + batch + " needs " + total() + " bytes: "
                + parts();
    }

    /** Returns the parts with their bytes, for people. */
    public String parts() {
        return "parameters " + parameters + (training ? ", their gradients " + gradients : "") + ", activations "
                + activations + ", workspaces " + workspaces;
    }
}
