package io.gabor.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The extents of a tensor, outermost first, row-major: an image batch is {@code N×C×H×W}, a convolution's weights are
 * {@code O×I×KH×KW}. Immutable. Every extent is at least 1; the empty shape is a scalar with one element.
 */
public final class Shape {
    private final int[] dims;
    private final int size;

    private Shape(int[] dims) {
        long product = 1;
        for (int dim : dims) {
            if (dim < 1) {
                throw new ShapeException("every extent of a shape must be at least 1, found " + text(dims));
            }
            product *= dim;
            if (product > Integer.MAX_VALUE) {
                throw new ShapeException("shape " + text(dims) + " has more than 2^31 - 1 elements; "
                        + "use a smaller batch or smaller layers");
            }
        }
        this.dims = dims;
        this.size = (int) product;
    }

    /**
     * Returns the shape with these extents.
     *
     * @throws ShapeException if an extent is below 1 or the product is above 2^31 − 1
     */
    public static Shape of(int... dims) {
        return new Shape(dims.clone());
    }

    /** Returns the number of axes. */
    public int rank() {
        return dims.length;
    }

    /** Returns the extent of an axis, counted from 0. */
    public int dim(int axis) {
        return dims[axis];
    }

    /** Returns a copy of the extents. */
    public int[] dims() {
        return dims.clone();
    }

    /** Returns the number of elements: the product of the extents. */
    public int size() {
        return size;
    }

    /** Returns this shape with one more axis in front: a sample's shape becomes a batch's. */
    public Shape batched(int n) {
        int[] result = new int[dims.length + 1];
        result[0] = n;
        System.arraycopy(dims, 0, result, 1, dims.length);
        return new Shape(result);
    }

    /** Returns this shape without its first axis: a batch's shape becomes a sample's. */
    public Shape sample() {
        return new Shape(Arrays.copyOfRange(dims, 1, dims.length));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** Returns the extents joined by {@code ×}, as in {@code 64×1×28×28}; a scalar is {@code scalar}. */
    @Override
    public String toString() {
        return text(dims);
    }

    private static String text(int[] dims) {
        return dims.length == 0
                ? "scalar"
                : Arrays.stream(dims).mapToObj(Integer::toString).collect(Collectors.joining("×"));
    }
}
