package io.gabor.tensor;

import java.util.Arrays;

/**
 * How an image of a batch is made from stored ones: a row of I32 numbers, one row for each image, which the host draws and
 * every backend reads alike. Coordinates and shares are whole multiples of 2<sup>−16</sup> ({@link #ONE}), so that no
 * backend rounds them and all agree on which stored pixels an output pixel comes from.
 *
 * <pre>
 * at         meaning
 * MAP        xx, xy, x0, yx, yy, y0: the pixel (x, y) comes from (xx·x + xy·y + x0, yx·x + yy·y + y0)
 * PADDING    what lies outside the stored image: ZERO, or REFLECT about the first and last pixel, as often as needed
 * GAIN       g and o: a stored value v counts as g·v + o
 * CUT        left, top, right, bottom in pixels: there the output is 0; nothing where left ≥ right
 * PARTNER    the position in the batch of another image, made by its own row but for what is mixed into it
 * BLEND      l: the output is l times this image and 1 − l times the partner
 * BOX        as CUT: there the output is the partner alone
 * SHARE      the part of this image's own target; the partner's has the rest
 * FIELD      only in rows of ELASTIC_WIDTH: CONTROLS × CONTROLS displacements in x, then as many in y, each below 256
 *            pixels; see below
 * </pre>
 *
 * <p>Between stored pixels values are bilinear; a map to whole pixels copies them exactly.
 *
 * <p><b>The field</b> is a uniform quadratic B-spline over {@link #SPANS} × {@code SPANS} spans of the image. Along an axis
 * of {@code size} pixels, position p lies at {@code u = (2p + 1)·SPANS·128 / size} (whole division) in steps of 1/256 of a
 * span: in span {@code k = u / 256} at {@code t = u mod 256}, with the weights {@code (256 − t)²},
 * {@code 2·256² − (256 − t)² − t²} and {@code t²} for the controls k, k + 1 and k + 2. The rows of controls are added first:
 * the sum {@code Σ weight·control}, halved and divided by 256², rounded down; then the columns likewise. The result is added
 * to what the map gives.
 */
public final class ImageEdit {
    /** 1 in fixed point. */
    public static final int ONE = 1 << 16;

    /** How many bits of a coordinate are behind the point. */
    public static final int FRACTION_BITS = 16;

    public static final int MAP = 0;
    public static final int PADDING = 6;
    public static final int GAIN = 7;
    public static final int CUT = 9;
    public static final int PARTNER = 13;
    public static final int BLEND = 14;
    public static final int BOX = 15;
    public static final int SHARE = 19;
    public static final int FIELD = 20;

    /** A {@link #PADDING}: the stored value 0. */
    public static final int ZERO = 0;

    /** A {@link #PADDING}: the image again, mirrored; its outermost pixels are not repeated. */
    public static final int REFLECT = 1;

    /** Spans of the field along each axis. */
    public static final int SPANS = 4;

    /** Control points of the field along each axis. */
    public static final int CONTROLS = SPANS + 2;

    /** Numbers in a row without a field. */
    public static final int WIDTH = FIELD;

    /** Numbers in a row with a field. */
    public static final int ELASTIC_WIDTH = FIELD + 2 * CONTROLS * CONTROLS;

    private ImageEdit() {}

    /** Writes a row that leaves the image at this position of the batch as it is stored. */
    public static void clear(int[] rows, int at, int position, int width) {
        Arrays.fill(rows, at, at + width, 0);
        rows[at + MAP] = ONE;
        rows[at + MAP + 4] = ONE;
        rows[at + GAIN] = ONE;
        rows[at + PARTNER] = position;
        rows[at + BLEND] = ONE;
        rows[at + SHARE] = ONE;
    }

    /** Returns where a pixel lies in the field, u in the class comment. */
    public static int step(int position, int size) {
        return (int) ((2L * position + 1) * SPANS * 128 / size);
    }

    /** Returns a quadratic B-spline over three values at {@code t} of 256, rounded down. */
    public static long spline(int t, long first, long second, long third) {
        long left = (long) (256 - t) * (256 - t);
        long right = (long) t * t;
        return left * first + (131072 - left - right) * second + right * third >> 17;
    }
}
