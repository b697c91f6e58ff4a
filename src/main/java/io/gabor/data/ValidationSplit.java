package io.gabor.data;

import io.gabor.tensor.Philox;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A data set in two parts: one to train on, and one that is set aside to see how training goes. Each class gives the same
 * share (a stratified split); a set with targets is one class. Both parts keep the set's order.
 *
 * @param training what is left
 * @param validation what is set aside
 */
public record ValidationSplit(Dataset training, Dataset validation) {
    /** Keeps these random numbers apart from all others that are drawn from the same seed. */
    private static final long STREAM = 0x56414C4944L << 24;

    /**
     * Splits a set; the same seed gives the same parts.
     *
     * @param share the part of each class to set aside, above 0 and below 1; rounded to whole samples
     * @throws DataException if a part would be empty
     */
    public static ValidationSplit of(Dataset data, double share, long seed) {
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException(
                    "the share to set aside for validation must be above 0 and below 1, found " + share);
        }
        boolean[] aside = new boolean[data.size()];
        int strata = Math.max(1, data.classes());
        for (int stratum = 0; stratum < strata; stratum++) {
            int[] members = members(data, stratum);
            new Philox(seed, STREAM + stratum).shuffle(members);
            for (int i = 0; i < Math.round(share * members.length); i++) {
                aside[members[i]] = true;
            }
        }
        int[] kept = where(aside, false);
        int[] taken = where(aside, true);
        if (kept.length == 0 || taken.length == 0) {
            throw new DataException(data.name() + ": a share of " + share + " of " + data.size()
                    + " samples leaves one part without any; use another share or more samples");
        }
        return new ValidationSplit(pick(data, kept), pick(data, taken));
    }

    private static int[] members(Dataset data, int stratum) {
        int[] labels = data.labels();
        return IntStream.range(0, data.size())
                .filter(i -> labels == null || labels[i] == stratum)
                .toArray();
    }

    private static int[] where(boolean[] aside, boolean value) {
        return IntStream.range(0, aside.length).filter(i -> aside[i] == value).toArray();
    }

    private static Dataset pick(Dataset data, int[] indices) {
        int width = data.sampleShape().size();
        if (data.labels() == null) {
            float[] targets = rows(data.targets(), data.targetShape().size(), indices);
            float[] samples = rows(data.floats(), width, indices);
            return Dataset.regression(data.name(), data.sampleShape(), samples, data.targetShape(), targets);
        }
        int[] labels = Arrays.stream(indices).map(i -> data.labels()[i]).toArray();
        return switch (data.type()) {
            case U8 ->
                Dataset.ofBytes(
                        data.name(), data.sampleShape(), rows(data.bytes(), width, indices), labels, data.classNames());
            default ->
                Dataset.ofFloats(
                        data.name(),
                        data.sampleShape(),
                        rows(data.floats(), width, indices),
                        labels,
                        data.classNames());
        };
    }

    private static float[] rows(float[] values, int width, int[] indices) {
        float[] picked = new float[indices.length * width];
        for (int i = 0; i < indices.length; i++) {
            System.arraycopy(values, indices[i] * width, picked, i * width, width);
        }
        return picked;
    }

    private static byte[] rows(byte[] values, int width, int[] indices) {
        byte[] picked = new byte[indices.length * width];
        for (int i = 0; i < indices.length; i++) {
            System.arraycopy(values, indices[i] * width, picked, i * width, width);
        }
        return picked;
    }
}
