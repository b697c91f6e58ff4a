package io.gabor.data;

import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * M samples on the host, with a class label or a target vector each. Immutable: nothing here changes the arrays, and
 * callers must not either. Because they are large they are neither copied when they come in nor when they go out.
 *
 * <p>Samples are row-major, one after the other: {@code M×C×H×W} for images, {@code M×D} for vectors; {@link ElementType#U8}
 * for stored pixels (0 to 255), {@link ElementType#F32} for anything else.
 */
public final class Dataset {
    /** So many values are in one array at most; the JVM keeps a few words for itself. */
    static final int MAX_VALUES = Integer.MAX_VALUE - 8;

    private final String name;
    private final Shape sampleShape;
    private final int size;
    private final byte[] bytes;
    private final float[] floats;
    private final int[] labels;
    private final List<String> classNames;
    private final Shape targetShape;
    private final float[] targets;

    private Dataset(
            String name,
            Shape sampleShape,
            byte[] bytes,
            float[] floats,
            int[] labels,
            List<String> classNames,
            Shape targetShape,
            float[] targets) {
        this.name = Objects.requireNonNull(name, "name");
        this.sampleShape = Objects.requireNonNull(sampleShape, "sampleShape");
        this.bytes = bytes;
        this.floats = floats;
        this.labels = labels;
        this.classNames = List.copyOf(classNames);
        this.targetShape = targetShape;
        this.targets = targets;
        int values = bytes != null ? bytes.length : floats.length;
        this.size = values / sampleShape.size();
        if (values == 0 || values % sampleShape.size() != 0) {
            throw new DataException(name + ": expected one or more samples of " + sampleShape + " ("
                    + sampleShape.size() + " values each), found " + values + " values");
        }
        if (labels != null) {
            checkLabels();
        } else if (targets.length != (long) size * targetShape.size()) {
            throw new DataException(name + ": expected " + size + " targets of " + targetShape + " ("
                    + (long) size * targetShape.size() + " values), one for each sample, found " + targets.length
                    + " values");
        }
    }

    private void checkLabels() {
        if (labels.length != size) {
            throw new DataException(
                    name + ": expected a label for each of " + size + " samples, found " + labels.length + " labels");
        }
        if (classNames.isEmpty()) {
            throw new DataException(name + ": expected the name of at least one class, found none");
        }
        for (int i = 0; i < size; i++) {
            if (labels[i] < 0 || labels[i] >= classNames.size()) {
                throw new DataException(name + ": the label of sample " + i + " must be in 0 to "
                        + (classNames.size() - 1) + " for " + classNames.size() + " classes, found " + labels[i]);
            }
        }
    }

    /**
     * Returns a set of samples of bytes with class labels.
     *
     * @param bytes {@code M×sample}
     * @param labels {@code M}, each in {@code [0, classNames.size())}
     * @throws DataException if the counts do not fit one another or a label is out of range
     */
    public static Dataset ofBytes(String name, Shape sampleShape, byte[] bytes, int[] labels, List<String> classNames) {
        Objects.requireNonNull(bytes, "bytes");
        Objects.requireNonNull(labels, "labels");
        return new Dataset(name, sampleShape, bytes, null, labels, classNames, null, null);
    }

    /** As {@link #ofBytes}, with samples of floats. */
    public static Dataset ofFloats(
            String name, Shape sampleShape, float[] floats, int[] labels, List<String> classNames) {
        Objects.requireNonNull(floats, "floats");
        Objects.requireNonNull(labels, "labels");
        return new Dataset(name, sampleShape, null, floats, labels, classNames, null, null);
    }

    /**
     * Returns a set of samples of floats, each with a target of floats in place of a class.
     *
     * @param floats {@code M×sample}
     * @param targets {@code M×target}
     * @throws DataException if the counts do not fit one another
     */
    public static Dataset regression(
            String name, Shape sampleShape, float[] floats, Shape targetShape, float[] targets) {
        Objects.requireNonNull(floats, "floats");
        Objects.requireNonNull(targetShape, "targetShape");
        Objects.requireNonNull(targets, "targets");
        return new Dataset(name, sampleShape, null, floats, null, List.of(), targetShape, targets);
    }

    /** Returns the name, for people and for reports. */
    public String name() {
        return name;
    }

    /** Returns one sample's shape: {@code C×H×W} for images, {@code D} for vectors. */
    public Shape sampleShape() {
        return sampleShape;
    }

    /** Returns M, the number of samples; at least 1. */
    public int size() {
        return size;
    }

    /** Returns {@link ElementType#U8} or {@link ElementType#F32}. */
    public ElementType type() {
        return bytes != null ? ElementType.U8 : ElementType.F32;
    }

    /**
     * Returns the samples, {@code M×sample}; not a copy.
     *
     * @throws IllegalStateException if the samples are floats
     */
    public byte[] bytes() {
        if (bytes == null) {
            throw new IllegalStateException("the samples of " + name + " are floats (F32); call floats()");
        }
        return bytes;
    }

    /**
     * Returns the samples, {@code M×sample}; not a copy.
     *
     * @throws IllegalStateException if the samples are bytes
     */
    public float[] floats() {
        if (floats == null) {
            throw new IllegalStateException("the samples of " + name + " are bytes (U8); call bytes()");
        }
        return floats;
    }

    /** Returns the class of each sample, in {@code [0, classes())}; not a copy. Null for a regression set. */
    public int[] labels() {
        return labels;
    }

    /** Returns the number of classes; 0 for a regression set. */
    public int classes() {
        return classNames.size();
    }

    /** Returns the names of the classes, in the order of the labels; empty for a regression set. */
    public List<String> classNames() {
        return classNames;
    }

    /** Returns the shape of one target; null unless this is a regression set. */
    public Shape targetShape() {
        return targetShape;
    }

    /** Returns the targets, {@code M×target}; not a copy. Null unless this is a regression set. */
    public float[] targets() {
        return targets;
    }

    /** Returns the set of the first {@code n} samples; this set itself if it has no more than that. */
    public Dataset first(int n) {
        if (n < 1) {
            throw new IllegalArgumentException("the number of samples to keep must be at least 1, found " + n);
        }
        if (n >= size) {
            return this;
        }
        int values = n * sampleShape.size();
        return new Dataset(
                name,
                sampleShape,
                bytes == null ? null : Arrays.copyOf(bytes, values),
                floats == null ? null : Arrays.copyOf(floats, values),
                labels == null ? null : Arrays.copyOf(labels, n),
                classNames,
                targetShape,
                targets == null ? null : Arrays.copyOf(targets, n * targetShape.size()));
    }

    /**
     * Returns the set of the first {@code perClass} samples of each listed class, or all that there are of a class with
     * fewer, in this set's order. The class at position k of the list becomes label k.
     *
     * @throws DataException if there is no such class, or no sample of it
     */
    public Dataset firstOfEach(int perClass, int... classes) {
        if (labels == null) {
            throw new IllegalStateException(name + " is a regression set and has no classes");
        }
        if (perClass < 1 || classes.length == 0) {
            throw new IllegalArgumentException("expected at least 1 sample of at least 1 class, found " + perClass
                    + " of " + classes.length + " classes");
        }
        int[] newLabel = newLabels(classes);
        int[] found = new int[classes.length];
        int[] keep = new int[size];
        int kept = 0;
        for (int i = 0; i < size; i++) {
            int label = newLabel[labels[i]];
            if (label >= 0 && found[label] < perClass) {
                found[label]++;
                keep[kept++] = i;
            }
        }
        for (int k = 0; k < classes.length; k++) {
            if (found[k] == 0) {
                throw new DataException(name + ": expected samples of class '" + classNames.get(classes[k])
                        + "', found none among " + size);
            }
        }
        return picked(Arrays.copyOf(keep, kept), newLabel, classes);
    }

    private int[] newLabels(int[] classes) {
        int[] result = new int[classes()];
        Arrays.fill(result, -1);
        for (int k = 0; k < classes.length; k++) {
            if (classes[k] < 0 || classes[k] >= classes()) {
                throw new DataException(
                        name + ": the classes are 0 to " + (classes() - 1) + ", asked for class " + classes[k]);
            }
            if (result[classes[k]] >= 0) {
                throw new IllegalArgumentException("class " + classes[k] + " is listed twice");
            }
            result[classes[k]] = k;
        }
        return result;
    }

    private Dataset picked(int[] keep, int[] newLabel, int[] classes) {
        int width = sampleShape.size();
        byte[] pickedBytes = bytes == null ? null : new byte[Math.multiplyExact(keep.length, width)];
        float[] pickedFloats = floats == null ? null : new float[Math.multiplyExact(keep.length, width)];
        int[] pickedLabels = new int[keep.length];
        for (int i = 0; i < keep.length; i++) {
            if (bytes != null) {
                System.arraycopy(bytes, keep[i] * width, pickedBytes, i * width, width);
            } else {
                System.arraycopy(floats, keep[i] * width, pickedFloats, i * width, width);
            }
            pickedLabels[i] = newLabel[labels[keep[i]]];
        }
        List<String> names = Arrays.stream(classes).mapToObj(classNames::get).toList();
        return new Dataset(name, sampleShape, pickedBytes, pickedFloats, pickedLabels, names, null, null);
    }

    @Override
    public String toString() {
        String what = labels != null ? classes() + " classes" : "targets of " + targetShape;
        return name + ": " + size + " samples of " + sampleShape + " (" + type() + "), " + what;
    }
}
