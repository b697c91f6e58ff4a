package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.ImageEdit;
import io.gabor.tensor.Tensor;
import java.util.Arrays;

/**
 * Assembles a batch of changed images, an image a chunk, row by row: the stored values of a row first, then gain and
 * normalisation in place by the kernels that {@link CpuBatches} gathers with. So an image that is only shifted by whole
 * pixels or mirrored has the bits of a gathered one.
 */
final class CpuAugment {
    private static final String OP = "augment";
    private static final float UNIT = 1f / ImageEdit.ONE;
    private static final int FRACTION = ImageEdit.ONE - 1;

    private final CpuContext context;
    private final Kernels kernels;
    private final WorkerPool.Task task = this::image;
    private final ElasticRow[] elastic;

    private int first;
    private int channels;
    private int height;
    private int width;
    private float[] floats;
    private byte[] bytes;
    private int[] order;
    private int[] edits;
    private int rowWidth;
    private float[] scale;
    private float[] shift;
    private float[] out;

    CpuAugment(CpuContext context) {
        this.context = context;
        kernels = context.kernels();
        elastic = new ElasticRow[context.pool().threads()];
        Arrays.setAll(elastic, worker -> new ElasticRow());
    }

    void augment(
            int n,
            Tensor samples,
            Tensor orderTensor,
            Tensor cursor,
            Tensor editTensor,
            Tensor scaleTensor,
            Tensor shiftTensor,
            Tensor outTensor) {
        Memory.range(OP, "n", n, 1, Integer.MAX_VALUE);
        Memory memory = context.memory();
        CpuStorage stored = memory.storage(OP, "samples", samples, 1);
        if (stored.type == ElementType.I32 || samples.shape().rank() != 4) {
            throw Memory.error(OP, "samples must be U8 or F32 images (M×C×H×W), found " + samples);
        }
        channels = samples.shape().dim(1);
        height = samples.shape().dim(2);
        width = samples.shape().dim(3);
        order = memory.ints(OP, "order", orderTensor, 1);
        first = CpuBatches.position(OP, n, orderTensor, memory.ints(OP, "cursor", cursor, 1));
        edits = rows(memory, n, editTensor);
        scale = memory.floats(OP, "scale", scaleTensor, channels);
        shift = memory.floats(OP, "shift", shiftTensor, channels);
        long size = (long) n * channels * height * width;
        out = memory.output(OP, "out", outTensor, size);
        floats = stored.floats;
        bytes = stored.bytes;
        Memory.separate(OP, "out", out, "samples", floats);
        Memory.separate(OP, "out", out, "scale", scale);
        Memory.separate(OP, "out", out, "shift", shift);
        CpuBatches.checkOrder(OP, n, first, order, samples.shape().dim(0));
        // a row of the partner's
        memory.requireScratch(width);
        context.pool().run(task, n, WorkerPool.MOVE * size);
    }

    void mixTargets(int n, int targetWidth, Tensor target, Tensor editTensor, Tensor result) {
        String op = "mixTargets";
        Memory.range(op, "n", n, 1, Integer.MAX_VALUE);
        Memory.range(op, "width", targetWidth, 1, Integer.MAX_VALUE);
        Memory memory = context.memory();
        float[] targets = memory.floats(op, "target", target, (long) n * targetWidth);
        int[] rows = memory.ints(op, "edits", editTensor, n);
        int numbers = checkRows(op, n, editTensor, rows);
        float[] mixed = memory.output(op, "out", result, (long) n * targetWidth);
        Memory.separate(op, "out", mixed, "target", targets);
        for (int i = 0; i < n; i++) {
            float share = rows[i * numbers + ImageEdit.SHARE] * UNIT;
            int other = rows[i * numbers + ImageEdit.PARTNER] * targetWidth;
            for (int c = 0; c < targetWidth; c++) {
                int at = i * targetWidth + c;
                mixed[at] = share * targets[at] + (1 - share) * targets[other + c];
            }
        }
    }

    private int[] rows(Memory memory, int n, Tensor tensor) {
        int[] rows = memory.ints(OP, "edits", tensor, n);
        rowWidth = checkRows(OP, n, tensor, rows);
        return rows;
    }

    /** Returns the numbers of a row, once all rows have been found to be whole and their partners to be there. */
    private static int checkRows(String op, int n, Tensor tensor, int[] rows) {
        int found = tensor.size() / tensor.shape().dim(0);
        if (found != ImageEdit.WIDTH && found != ImageEdit.ELASTIC_WIDTH) {
            throw Memory.error(
                    op,
                    "edits must have rows of " + ImageEdit.WIDTH + " or " + ImageEdit.ELASTIC_WIDTH + " numbers, found "
                            + tensor);
        }
        if (tensor.shape().dim(0) < n) {
            throw Memory.error(op, "edits must have at least " + n + " rows, found " + tensor);
        }
        for (int i = 0; i < n; i++) {
            int partner = rows[i * found + ImageEdit.PARTNER];
            if (partner < 0 || partner >= n) {
                throw Memory.error(
                        op, "the partner of image " + i + " must be from 0 to " + (n - 1) + ", found " + partner);
            }
        }
        return found;
    }

    private void image(int i, int worker) {
        int edit = i * rowWidth;
        float share = edits[edit + ImageEdit.BLEND] * UNIT;
        int partner = edits[edit + ImageEdit.PARTNER];
        int boxLeft = Math.max(0, edits[edit + ImageEdit.BOX]);
        int boxRight = Math.min(width, edits[edit + ImageEdit.BOX + 2]);
        int left = Math.max(0, edits[edit + ImageEdit.CUT]);
        int right = Math.min(width, edits[edit + ImageEdit.CUT + 2]);
        float[] other = context.memory().scratch(worker);
        for (int c = 0; c < channels; c++) {
            for (int y = 0; y < height; y++) {
                int at = ((i * channels + c) * height + y) * width;
                row(i, c, y, out, at, worker);
                boolean boxed = boxLeft < boxRight && meets(edit + ImageEdit.BOX, y);
                if (boxed || share < 1) {
                    row(partner, c, y, other, 0, worker);
                }
                if (share < 1) {
                    blend(width, share, other, out, at);
                }
                if (boxed) {
                    System.arraycopy(other, boxLeft, out, at + boxLeft, boxRight - boxLeft);
                }
                if (left < right && meets(edit + ImageEdit.CUT, y)) {
                    Arrays.fill(out, at + left, at + right, 0);
                }
            }
        }
    }

    private boolean meets(int box, int y) {
        return y >= edits[box + 1] && y < edits[box + 3];
    }

    private static void blend(int n, float share, float[] other, float[] own, int at) {
        for (int x = 0; x < n; x++) {
            own[at + x] = share * own[at + x] + (1 - share) * other[x];
        }
    }

    /** Writes a row of an image by its map, field and gain, normalised. */
    private void row(int i, int c, int y, float[] target, int at, int worker) {
        int edit = i * rowWidth;
        int plane = (order[first + i] * channels + c) * height * width;
        int across = edits[edit + ImageEdit.MAP];
        boolean upright = edits[edit + ImageEdit.MAP + 1] == 0
                && edits[edit + ImageEdit.MAP + 3] == 0
                && edits[edit + ImageEdit.MAP + 4] == ImageEdit.ONE;
        int fraction = (edits[edit + ImageEdit.MAP + 2] | edits[edit + ImageEdit.MAP + 5]) & FRACTION;
        if (rowWidth == ImageEdit.ELASTIC_WIDTH) {
            elastic[worker].set(edits, edit + ImageEdit.FIELD, y, height, width);
            bend(edit, plane, y, target, at, elastic[worker]);
        } else if (upright && fraction == 0 && Math.abs(across) == ImageEdit.ONE) {
            copy(edit, plane, y, target, at);
        } else {
            warp(edit, plane, y, target, at);
        }
        double gain = edits[edit + ImageEdit.GAIN] / (double) ImageEdit.ONE;
        double offset = edits[edit + ImageEdit.GAIN + 1] / (double) ImageEdit.ONE;
        float newScale = (float) (gain * scale[c]);
        float newShift = (float) (offset * scale[c] + shift[c]);
        kernels.scaleAndShift(width, newScale, newShift, target, at, target, at);
    }

    /** A row of whole pixels, in order or mirrored. */
    private void copy(int edit, int plane, int y, float[] target, int at) {
        int step = edits[edit + ImageEdit.MAP] >> ImageEdit.FRACTION_BITS;
        int start = edits[edit + ImageEdit.MAP + 2] >> ImageEdit.FRACTION_BITS;
        int from = y + (edits[edit + ImageEdit.MAP + 5] >> ImageEdit.FRACTION_BITS);
        int padding = edits[edit + ImageEdit.PADDING];
        if (padding == ImageEdit.ZERO && (from < 0 || from >= height)) {
            Arrays.fill(target, at, at + width, 0);
            return;
        }
        int row = plane + reflected(from, height) * width;
        // within [inside, end) the row meets stored pixels
        int inside = Math.min(width, Math.max(0, step > 0 ? -start : start - width + 1));
        int end = Math.max(inside, Math.min(width, step > 0 ? width - start : start + 1));
        for (int x = 0; x < inside; x++) {
            target[at + x] = outside(padding, row, start + step * x);
        }
        if (bytes != null) {
            for (int x = inside; x < end; x++) {
                target[at + x] = bytes[row + start + step * x] & 0xFF;
            }
        } else {
            for (int x = inside; x < end; x++) {
                target[at + x] = floats[row + start + step * x];
            }
        }
        for (int x = end; x < width; x++) {
            target[at + x] = outside(padding, row, start + step * x);
        }
    }

    private float outside(int padding, int row, int x) {
        return padding == ImageEdit.ZERO ? 0 : value(row + reflected(x, width));
    }

    private float value(int index) {
        return bytes != null ? bytes[index] & 0xFF : floats[index];
    }

    private void warp(int edit, int plane, int y, float[] target, int at) {
        long stepX = edits[edit + ImageEdit.MAP];
        long stepY = edits[edit + ImageEdit.MAP + 3];
        long atX = (long) edits[edit + ImageEdit.MAP + 1] * y + edits[edit + ImageEdit.MAP + 2];
        long atY = (long) edits[edit + ImageEdit.MAP + 4] * y + edits[edit + ImageEdit.MAP + 5];
        int padding = edits[edit + ImageEdit.PADDING];
        // a straight line through the image: what has all its neighbours there is one run of pixels
        int inside = 0;
        while (inside < width && !hasNeighbours(atX + inside * stepX, atY + inside * stepY)) {
            target[at + inside] = bilinear(padding, plane, atX + inside * stepX, atY + inside * stepY);
            inside++;
        }
        int end = width;
        while (end > inside && !hasNeighbours(atX + (end - 1) * stepX, atY + (end - 1) * stepY)) {
            end--;
            target[at + end] = bilinear(padding, plane, atX + end * stepX, atY + end * stepY);
        }
        if (inside < end) {
            int firstX = (int) (atX + inside * stepX);
            int firstY = (int) (atY + inside * stepY);
            line(bytes, plane, width, firstX, firstY, (int) stepX, (int) stepY, target, at + inside, end - inside);
        }
    }

    /**
     * Whether a place is among four stored pixels that may all be read. Floats may not, since one without weight might not be
     * finite; and the place has to be an int.
     */
    private boolean hasNeighbours(long atX, long atY) {
        return bytes != null
                && atX >= 0
                && atY >= 0
                && atX < Math.min((long) (width - 1) << ImageEdit.FRACTION_BITS, Integer.MAX_VALUE)
                && atY < Math.min((long) (height - 1) << ImageEdit.FRACTION_BITS, Integer.MAX_VALUE);
    }

    /** A run of places that have all neighbours, at even steps. */
    private static void line(
            byte[] bytes,
            int plane,
            int width,
            int firstX,
            int firstY,
            int stepX,
            int stepY,
            float[] target,
            int at,
            int count) {
        int atX = firstX;
        int atY = firstY;
        for (int i = 0; i < count; i++) {
            int k = plane + (atY >> ImageEdit.FRACTION_BITS) * width + (atX >> ImageEdit.FRACTION_BITS);
            float right = (atX & FRACTION) * UNIT;
            float down = (atY & FRACTION) * UNIT;
            int v00 = bytes[k] & 0xFF;
            int v01 = bytes[k + 1] & 0xFF;
            int v10 = bytes[k + width] & 0xFF;
            int v11 = bytes[k + width + 1] & 0xFF;
            float upper = v00 + right * (v01 - v00);
            float lower = v10 + right * (v11 - v10);
            target[at + i] = upper + down * (lower - upper);
            atX += stepX;
            atY += stepY;
        }
    }

    private void bend(int edit, int plane, int y, float[] target, int at, ElasticRow field) {
        long stepX = edits[edit + ImageEdit.MAP];
        long stepY = edits[edit + ImageEdit.MAP + 3];
        long atX = (long) edits[edit + ImageEdit.MAP + 1] * y + edits[edit + ImageEdit.MAP + 2];
        long atY = (long) edits[edit + ImageEdit.MAP + 4] * y + edits[edit + ImageEdit.MAP + 5];
        int padding = edits[edit + ImageEdit.PADDING];
        for (int x = 0; x < width; x++) {
            target[at + x] = bilinear(padding, plane, atX + field.across(x), atY + field.down(x));
            atX += stepX;
            atY += stepY;
        }
    }

    /** A neighbour that has no weight is not asked: there is none behind the last pixel, and it might not be finite. */
    private float bilinear(int padding, int plane, long atX, long atY) {
        int left = (int) (atX >> ImageEdit.FRACTION_BITS);
        int top = (int) (atY >> ImageEdit.FRACTION_BITS);
        int fractionX = (int) atX & FRACTION;
        int fractionY = (int) atY & FRACTION;
        int right = left + (fractionX + FRACTION >> ImageEdit.FRACTION_BITS);
        int bottom = top + (fractionY + FRACTION >> ImageEdit.FRACTION_BITS);
        float v00;
        float v01;
        float v10;
        float v11;
        if ((left | top) >= 0 && right < width && bottom < height) {
            int above = plane + top * width;
            int below = plane + bottom * width;
            v00 = value(above + left);
            v01 = value(above + right);
            v10 = value(below + left);
            v11 = value(below + right);
        } else {
            v00 = padded(padding, plane, left, top);
            v01 = padded(padding, plane, right, top);
            v10 = padded(padding, plane, left, bottom);
            v11 = padded(padding, plane, right, bottom);
        }
        float upper = v00 + fractionX * UNIT * (v01 - v00);
        float lower = v10 + fractionX * UNIT * (v11 - v10);
        return upper + fractionY * UNIT * (lower - upper);
    }

    private float padded(int padding, int plane, int x, int y) {
        boolean within = x >= 0 && x < width && y >= 0 && y < height;
        if (!within && padding == ImageEdit.ZERO) {
            return 0;
        }
        return value(plane + reflected(y, height) * width + reflected(x, width));
    }

    /** The pixel that a place outside shows: the row of pixels runs to and fro, without repeating its ends. */
    private static int reflected(int place, int size) {
        if (place >= 0 && place < size) {
            return place;
        }
        int period = Math.max(1, 2 * (size - 1));
        int within = Math.floorMod(place, period);
        return Math.min(within, period - within);
    }
}
