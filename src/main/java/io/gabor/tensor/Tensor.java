package io.gabor.tensor;

import java.util.Objects;

/**
 * A shape over backend-owned storage: row-major, dense, images as NCHW. A tensor holds no numbers that Java code can
 * reach; a backend's {@code upload} and {@code download} move them. Several tensors may share one storage
 * ({@link #reshaped}).
 */
public final class Tensor {
    private final ElementType type;
    private final Shape shape;
    private final Storage storage;

    /**
     * Called by backends.
     *
     * @throws ShapeException if the storage is shorter than the shape's size
     */
    public Tensor(ElementType type, Shape shape, Storage storage) {
        this.type = Objects.requireNonNull(type, "type");
        this.shape = Objects.requireNonNull(shape, "shape");
        this.storage = Objects.requireNonNull(storage, "storage");
        if (storage.length() < shape.size()) {
            throw new ShapeException("a tensor of shape " + shape + " needs " + shape.size()
                    + " elements, its storage has " + storage.length());
        }
    }

    public ElementType type() {
        return type;
    }

    public Shape shape() {
        return shape;
    }

    public Storage storage() {
        return storage;
    }

    /** Returns the number of elements. */
    public int size() {
        return shape.size();
    }

    /**
     * Returns a tensor of another shape over the same storage; nothing is copied.
     *
     * @throws ShapeException if the number of elements differs
     */
    public Tensor reshaped(Shape other) {
        if (other.size() != shape.size()) {
            throw new ShapeException("cannot reshape " + shape + " (" + shape.size() + " elements) to " + other + " ("
                    + other.size() + " elements)");
        }
        return new Tensor(type, other, storage);
    }

    @Override
    public String toString() {
        return type + " " + shape;
    }
}
