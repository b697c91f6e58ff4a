package io.gabor.backend.cpu.simd;

/**
 * The arithmetic of the CPU backend: loops over caller-owned arrays, no state, no allocation, no threads. There are two
 * implementations, {@code VectorKernels} and {@code ScalarKernels}; they agree within rounding.
 *
 * <p>An array argument is followed by the offset of its first element. A matrix is an array, an offset and a pitch: the
 * distance between the starts of two rows. Where a method says that it may write behind a row, up to {@link #slack}
 * elements behind the last one are overwritten with meaningless values; the arrays must be that much longer.
 */
public interface Kernels {
    /** Returns what computes, for people: {@code Vector API 512 bit, tiles 12×2 and 4×4} or {@code scalar}. */
    String description();

    /** Returns the number of columns of a packed panel; see {@link #multiplyPanel}. */
    int panelWidth();

    /** Returns how many elements a copy may read or write beyond its end. */
    int slack();

    /** Returns the loops of element-wise functions of the input. */
    CurveKernels curves();

    /** Returns the loops of normalisation. */
    NormKernels norms();

    /** Returns the loops of depthwise convolutions of a batch. */
    DepthwiseKernels depthwise();

    /** Returns the loops of depthwise convolutions with 3×3 kernels. */
    SquareKernels squares();

    // ---- matrix products
    // ----------------------------------------------------------------------------------------------

    /**
     * {@code C[i,j] = Σ over p < k of A[i,p] · B[p,j]} for {@code i < m} and {@code j < panelWidth}; or, if {@code add},
     * {@code C[i,j] +=} that, continuing the same sum. Each element is one chain of multiply-adds with {@code p} ascending,
     * whatever the shape of the tiles, so that blocking over {@code p} never changes a bit.
     *
     * @param a element (i, p) is at {@code aOffset + i·aRow + p·aStep}
     * @param b a packed panel: element (p, j) is at {@code bOffset + p·panelWidth + j}
     * @param c element (i, j) is at {@code cOffset + i·cPitch + j}
     */
    void multiplyPanel(
            int m,
            int k,
            float[] a,
            int aOffset,
            int aRow,
            int aStep,
            float[] b,
            int bOffset,
            float[] c,
            int cOffset,
            int cPitch,
            boolean add);

    /**
     * {@code y[r] = Σ over j < n of w[r,j] · x[j]} for {@code r < rows}.
     *
     * @param scratch at least {@code 2·panelWidth} elements to compute in
     */
    void multiplyVector(
            int rows,
            int n,
            float[] w,
            int wOffset,
            int wPitch,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset,
            float[] scratch);

    /** {@code y[j] = Σ over r < rows of s[r] · w[r,j]} for {@code j < n}, with {@code r} ascending. */
    void combineRows(
            int rows, int n, float[] s, int sOffset, float[] w, int wOffset, int wPitch, float[] y, int yOffset);

    /**
     * {@code to[toOffset + j·toPitch + i] = from[fromOffset + i·fromPitch + j]} for {@code i < rows} and {@code j < cols}; no
     * other element is changed.
     *
     * @param toPitch at least {@code rows}
     */
    void transpose(
            int rows, int cols, float[] from, int fromOffset, int fromPitch, float[] to, int toOffset, int toPitch);

    // ---- products over a batch: layout CHWN, see ChwnLayout
    // ---------------------------------------------------------------------------

    /** Returns the heights of the tiles that {@code rows} rows are best cut into; they add up to {@code rows}. */
    int[] tiling(int rows);

    /**
     * {@code C[i,j] = Σ over p of A[i,p] · B[p,j]} for {@code firstStep <= p < firstStep + k} and {@code j < panelWidth}; or,
     * if {@code add}, {@code C[i,j] +=} that, continuing the same sum.
     *
     * @param heights {@link #tiling} of A's rows
     * @param depth the number of all steps p that A was packed with
     * @param a packed tile by tile: with r rows before the tile of height h, element (r + i, p) is at
     *     {@code aOffset + r·depth + p·h + i}
     * @param bRows row p of B is the {@code panelWidth} elements from {@code bOffset + bRows[p]} on
     * @param c element (i, j) is at {@code cOffset + i·cPitch + j}
     */
    void multiplyTiles(
            int[] heights,
            int depth,
            int firstStep,
            int k,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            int[] bRows,
            float[] c,
            int cOffset,
            int cPitch,
            boolean add);

    /** Returns how many columns {@link #multiplyColumns} is best given at a time; no more than panelWidth if it takes no others. */
    default int columns() {
        return panelWidth();
    }

    /**
     * {@link #multiplyTiles} for {@code j < columns}: for {@code panelWidth} columns, or, where {@link #columns} is more, for
     * any number.
     */
    default void multiplyColumns(
            int columns,
            int[] heights,
            int depth,
            int firstStep,
            int k,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            int[] bRows,
            float[] c,
            int cOffset,
            int cPitch,
            boolean add) {
        if (columns != panelWidth()) {
            throw new IllegalArgumentException("expected " + panelWidth() + " columns, found " + columns);
        }
        multiplyTiles(heights, depth, firstStep, k, a, aOffset, b, bOffset, bRows, c, cOffset, cPitch, add);
    }

    /** Returns how many partial sums {@link #correlate} keeps of one sum. */
    int partialSums();

    /**
     * {@code sums[i,j] += Σ over u, t of a[i·aPitch + u·aStep + t] · b[bColumns[j] + u·bStep + t]} for {@code u < runs} and
     * {@code t < run}, in {@link #partialSums} parts: those of (i, j) start at
     * {@code sumsOffset + i·sumsPitch + (j − firstColumn)·partialSums}.
     *
     * @param run a multiple of panelWidth
     */
    void correlate(
            int rows,
            int firstColumn,
            int columns,
            int runs,
            int run,
            float[] a,
            int aOffset,
            int aPitch,
            int aStep,
            float[] b,
            int bOffset,
            int[] bColumns,
            int bStep,
            float[] sums,
            int sumsOffset,
            int sumsPitch);

    /** Returns whether {@link #correlateTaps} knows kernels of this width. */
    boolean correlatesTaps(int taps);

    /**
     * {@code sums[i,q] += Σ over t, k, l of a[i·aPitch + aSteps[t] + k·panelWidth + l] · b[bSteps[t] + (k + q)·panelWidth + l]}
     * for {@code firstStep <= t < firstStep + steps}, {@code k < 4}, {@code l < partialSums} and {@code q < taps}, in
     * {@link #partialSums} parts: those of (i, q) start at {@code sumsOffset + i·sumsPitch + q·partialSums}.
     */
    void correlateTaps(
            int rows,
            int taps,
            int firstStep,
            int steps,
            float[] a,
            int aOffset,
            int aPitch,
            int[] aSteps,
            float[] b,
            int bOffset,
            int[] bSteps,
            float[] sums,
            int sumsOffset,
            int sumsPitch);

    /** {@code y[i] = Σ of the partial sums of i}, for {@code i < n}. */
    void addPartialSums(int n, float[] sums, int sumsOffset, float[] y, int yOffset);

    /** Adds {@code Σ x[j]} for {@code j < n} to the {@link #partialSums} of one sum; n is a multiple of panelWidth. */
    void sumUp(int n, float[] x, int xOffset, float[] sums, int sumsOffset);

    /**
     * One output row of max pooling, for {@code panelWidth} images: {@code y[j,l]} is the largest of
     * {@code x[r·xPitch + j·xStep + q·panelWidth + l]} for {@code r < rows} and {@code q < cols}; NaN wins.
     *
     * @param count how many outputs
     */
    void maxWindows(
            int count, int rows, int cols, float[] x, int xOffset, int xPitch, int xStep, float[] y, int yOffset);

    /**
     * The way back of {@link #maxWindows}: {@code dx} is {@code dy} where the maximum {@code y} is in {@code x}, else 0.
     *
     * @param add whether to add to what is in dx: where windows overlap
     * @param all whether each position that holds the maximum receives it, or only the first
     */
    void maxWindowsBackward(
            int count,
            int rows,
            int cols,
            boolean all,
            boolean add,
            float[] x,
            float[] dx,
            int xOffset,
            int xPitch,
            int xStep,
            float[] y,
            float[] dy,
            int yOffset);

    /**
     * One output row of 2×2 max pooling with stride 2, for {@code panelWidth} images, from two rows of twice as many pixels;
     * NaN wins.
     *
     * @param winner receives which of the four values in reading order was the first largest, 0 to 3, laid out as y
     */
    void maxPool2x2Lanes(
            int count, float[] x, int top, int bottom, float[] y, int yOffset, float[] winner, int winnerOffset);

    /** The way back of {@link #maxPool2x2Lanes}: writes two rows of dx, dy where the winner was and else 0. */
    void unpool2x2Lanes(
            int count, float[] dy, int dyOffset, float[] winner, int winnerOffset, float[] dx, int top, int bottom);

    /**
     * Transposes a square: {@code y[yOffset + j·panelWidth + i] = x[xOffset + i·xPitch + j]} for {@code i, j < panelWidth}. The
     * arrays must not overlap.
     */
    void transpose(float[] x, int xOffset, int xPitch, float[] y, int yOffset);

    /** Returns the transforms of a Winograd convolution of a batch. */
    WinogradTransforms winograd();

    // ---- packing
    // ------------------------------------------------------------------------------------------------------

    /**
     * Copies runs: {@code to[toOffset + r·toPitch + target(u) + i] = from[fromOffset + rowOffsets[firstRow + r] + source(u) + i]}
     * for {@code r < rows}, each run u and {@code i < length(u)}; rows ascending and runs ascending. May read behind a run
     * and write behind it, but never ahead of it, so that what comes later stays.
     */
    void copyRuns(
            int rows,
            int[] rowOffsets,
            int firstRow,
            Runs runs,
            float[] from,
            int fromOffset,
            float[] to,
            int toOffset,
            int toPitch);

    /**
     * The transpose of {@link #copyRuns}: adds {@code from[fromOffset + r·fromPitch + target(u) + i]} to
     * {@code to[toOffset + rowOffsets[firstRow + r] + source(u) + i]}. May read behind a run, and behind its target, where
     * it leaves every value as it is.
     *
     * @param rowStep rows are taken in the order 0, rowStep, 2·rowStep, ..., 1, 1 + rowStep, ...: so chosen that rows whose
     *     targets overlap are far apart, since a load that overlaps a recent store has to wait for it
     */
    void addRuns(
            int rows,
            int rowStep,
            int[] rowOffsets,
            int firstRow,
            Runs runs,
            float[] from,
            int fromOffset,
            int fromPitch,
            float[] to,
            int toOffset);

    // ---- element-wise
    // -------------------------------------------------------------------------------------------------

    /**
     * {@code y[r,j] = f(x[r,j] + bias)} for {@code r < rows} and {@code j < n}. {@code y} may be {@code x}.
     *
     * @param bias null for none; else the bias of (r, j) is at {@code biasOffset + r·biasRow + j·biasStep}, biasStep 0 or 1
     */
    void finish(
            Function f,
            float slope,
            int rows,
            int n,
            float[] x,
            int xOffset,
            int xPitch,
            float[] bias,
            int biasOffset,
            int biasRow,
            int biasStep,
            float[] y,
            int yOffset,
            int yPitch);

    /** {@code dx[r,j] = dy[r,j] · f'}, with f' from {@code y[r,j]}. {@code dx} may be {@code dy}. */
    void differentiate(
            Function f,
            float slope,
            int rows,
            int n,
            float[] y,
            int yOffset,
            int yPitch,
            float[] dy,
            int dyOffset,
            int dyPitch,
            float[] dx,
            int dxOffset,
            int dxPitch);

    /** {@code c[j] = a[j] + b[j]}; {@code c} may be {@code a} or {@code b}. */
    void add(int n, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset);

    /** {@code c[j] = a[j] · b[j]}; {@code c} may be {@code a} or {@code b}. */
    void multiply(int n, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset);

    /** {@code y[j] += s · x[j]}. */
    void addScaled(int n, float s, float[] x, int xOffset, float[] y, int yOffset);

    /** {@code y[j] = s · x[j]}; {@code y} may be {@code x}. */
    void scale(int n, float s, float[] x, int xOffset, float[] y, int yOffset);

    /** {@code y[j] = scale · x[j] + shift}, rounded once. */
    void scaleAndShift(int n, float scale, float shift, float[] x, int xOffset, float[] y, int yOffset);

    /** {@code y[j] = scale · x[j] + shift}, rounded once, from bytes that count as 0 to 255. */
    void scaleBytes(int n, float scale, float shift, byte[] x, int xOffset, float[] y, int yOffset);

    // ---- reductions
    // ---------------------------------------------------------------------------------------------------

    /** Returns {@code Σ x[j]}, in an order that depends on n alone. */
    float sum(int n, float[] x, int xOffset);

    /** Returns {@code Σ a[j] · b[j]}, in an order that depends on n alone. */
    float dot(int n, float[] a, int aOffset, float[] b, int bOffset);

    /** Softmax of one row: {@code y[j] = exp(x[j] − max) / Σ exp(x[i] − max)}; {@code y} may be {@code x}. */
    void softmax(int n, float[] x, int xOffset, float[] y, int yOffset);

    /** {@code dx[j] = y[j] · (dy[j] − s)}; {@code dx} may be {@code dy}. */
    void softmaxBackward(int n, float s, float[] y, int yOffset, float[] dy, int dyOffset, float[] dx, int dxOffset);

    // ---- 2×2 pooling with stride 2
    // ------------------------------------------------------------------------------------

    /**
     * One plane: {@code y[i,j]} is the largest of {@code x[2i,2j], x[2i,2j+1], x[2i+1,2j], x[2i+1,2j+1]}; NaN wins.
     *
     * @param rows y's rows; y's pitch is {@code cols}
     * @param xPitch x's columns, at least {@code 2·cols}
     */
    void maxPool2x2(int rows, int cols, float[] x, int xOffset, int xPitch, float[] y, int yOffset);

    /**
     * Sends {@code dy[i,j]} to where the maximum is in {@code dx}, which is laid out as {@code x} and must be 0 there.
     *
     * @param all whether each position that holds the maximum receives it, or only the first
     */
    void maxPool2x2Backward(
            int rows,
            int cols,
            boolean all,
            float[] x,
            float[] dx,
            int xOffset,
            int xPitch,
            float[] y,
            float[] dy,
            int yOffset);

    // ---- optimizers; the rules are stated in OptimizerSpec
    // --------------------------------------------------------------

    /** {@code p −= rate · (g + decay·p)}. */
    void sgd(int n, float rate, float decay, float[] p, int pOffset, float[] g, int gOffset);

    /** {@code v = momentum·v + g + decay·p}; {@code p −= rate·v}, or for Nesterov {@code rate·(g + decay·p + momentum·v)}. */
    void momentum(
            int n,
            float rate,
            float decay,
            float momentum,
            boolean nesterov,
            float[] p,
            int pOffset,
            float[] g,
            int gOffset,
            float[] v,
            int vOffset);

    /**
     * {@code p *= shrink; g += decay·p; m = β1·m + (1 − β1)·g; v = β2·v + (1 − β2)·g²; p −= rate·m / (√v·scale + ε)}.
     *
     * @param c the constants of this step
     */
    void adam(
            int n,
            AdamConstants c,
            float[] p,
            int pOffset,
            float[] g,
            int gOffset,
            float[] m,
            int mOffset,
            float[] v,
            int vOffset);

    /**
     * {@code g += decay·p; v = alpha·v + gain·g²; d = g / (√v + ε)}; {@code u = momentum·u + d; p −= rate·u}, or where
     * {@code u} is null {@code p −= rate·d}.
     *
     * @param gain {@code 1 − alpha}
     * @param at where the elements begin, in all arrays
     */
    void rmsProp(
            int n,
            float rate,
            float decay,
            float alpha,
            float gain,
            float epsilon,
            float momentum,
            float[] p,
            float[] g,
            float[] v,
            float[] u,
            int at);

    /**
     * {@code g += decay·p; s += g²; p −= rate·g / (√s + ε)}.
     *
     * @param at where the elements begin, in all arrays
     */
    void adagrad(int n, float rate, float decay, float epsilon, float[] p, float[] g, float[] s, int at);

    // ---- gradients and averages
    // ---------------------------------------------------------------------------------------

    /** {@code y[j] = a·x[j] + b·y[j]}; for {@code b = 0}, {@code y} is not read. {@code x} may be {@code y}. */
    void blend(int n, float a, float[] x, int xOffset, float b, float[] y, int yOffset);

    /** {@code x[j] = min(max(x[j], −most), most)}; NaN stays. */
    void clamp(int n, float most, float[] x, int xOffset);

    // ---- the machine
    // --------------------------------------------------------------------------------------------------

    /**
     * Runs independent chains of multiply-adds in registers: nothing but arithmetic, hence the most that the machine can do.
     * There are 13 chains of vectors, more than two units with a latency of four or five cycles need, and few enough for 16
     * registers; in plain Java short chains, of which C2 makes vectors and the processor takes several at a time.
     *
     * @return a number that depends on them
     */
    float multiplyAddLoop(int iterations);

    /** Returns the floating-point operations of one iteration of {@link #multiplyAddLoop}. */
    int multiplyAddLoopFlops();
}
