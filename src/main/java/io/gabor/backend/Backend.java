package io.gabor.backend;

import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.EnlargeGeometry;
import io.gabor.tensor.ImageEdit;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The seam between the layers and the hardware: memory and ops. {@code reference} says in plain loops what each op means;
 * every other backend agrees with it within the bounds in docs/architecture.md.
 *
 * <p><b>Memory.</b> The backend owns it. {@link #upload}, {@link #download} and {@link #copy} are the only ways in and
 * out, and the only calls that may wait for the device. Everything else is queued in order and returns.
 *
 * <p><b>A training step</b> allocates nothing, waits for nothing and reads nothing back, so that it can be recorded and
 * replayed ({@link #record}): whatever changes from step to step (rate, step number, position in the epoch) lives in
 * tensors.
 *
 * <p><b>Conventions.</b> Images are NCHW, weights O×I×KH×KW and out×in, all row-major. {@code n} is the number of samples,
 * at most the batch that the tensors and ops were made for; elements behind it are not touched. Ops write every element of
 * their outputs and never change their inputs. An output may not share storage with an input unless the op says so.
 * Floating-point results are the same bits in every run on one backend, whatever the number of threads.
 *
 * <p><b>Errors.</b> A tensor of another backend, of the wrong type or too small is an {@link IllegalArgumentException}
 * that names the op; use after {@link #close} is an {@link IllegalStateException}; failures of the device are
 * {@link BackendException}s. A backend serves one thread at a time.
 */
public interface Backend extends AutoCloseable {
    /** Returns the name to select this backend by: {@code reference}, {@code cpu}, ... */
    String name();

    /** Returns what it runs on, for people: processor, vector width, threads; or GPU, memory, driver. */
    String device();

    /** Returns how many CPU threads compute at most; 1 where the CPU does not compute. */
    int threads();

    // ---- memory -----------------------------------------------------------------------------------------------------

    /**
     * Returns a new tensor filled with zeros.
     *
     * @throws OutOfMemoryException if there is not enough memory; says how much was asked for and how much there is
     */
    Tensor allocate(ElementType type, Shape shape);

    /** Returns a new F32 tensor filled with zeros. */
    default Tensor allocate(Shape shape) {
        return allocate(ElementType.F32, shape);
    }

    /** Releases a tensor's storage, and with it every tensor that shares it. */
    void release(Tensor tensor);

    /** Returns the bytes of tensors and workspaces held now. */
    long allocatedBytes();

    /**
     * Returns about how many bytes could still be allocated; not for a loop, since it may take as long as a step. Here, what
     * is left of the Java heap once it has been cleaned up: what was just released would count as taken before.
     */
    default long freeBytes() {
        Runtime runtime = Runtime.getRuntime();
        runtime.gc();
        return runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
    }

    /** Returns the bytes that an element takes in this backend's memory. */
    default int bytesOf(ElementType type) {
        return type.bytes();
    }

    /**
     * Runs something that only makes ops, and closes them without calling them, to learn what their workspaces would take
     * ({@link #allocatedBytes} meanwhile). A backend that can do so without taking the memory does; here, it is taken.
     */
    default <T> T planned(Supplier<T> making) {
        return making.get();
    }

    /** Copies the first {@code count} elements of an F32 tensor from {@code source}. */
    void upload(float[] source, int count, Tensor target);

    /** Copies the first {@code count} elements of an I32 tensor from {@code source}. */
    void upload(int[] source, int count, Tensor target);

    /** Copies the first {@code count} elements of a U8 tensor from {@code source}. */
    void upload(byte[] source, int count, Tensor target);

    /** Copies the first {@code count} elements of an F32 tensor to {@code target}, after all queued work. */
    void download(Tensor source, float[] target, int count);

    /** Copies the first {@code count} elements of an I32 tensor to {@code target}, after all queued work. */
    void download(Tensor source, int[] target, int count);

    /**
     * As {@link #upload(float[], int, Tensor)}, from doubles. A backend that computes in float rounds; {@code reference}
     * keeps every bit, which is what gradient checks need.
     */
    default void upload(double[] source, int count, Tensor target) {
        float[] rounded = new float[count];
        for (int i = 0; i < count; i++) {
            rounded[i] = (float) source[i];
        }
        upload(rounded, count, target);
    }

    /** As {@link #download(Tensor, float[], int)}, to doubles. */
    default void download(Tensor source, double[] target, int count) {
        float[] values = new float[count];
        download(source, values, count);
        for (int i = 0; i < count; i++) {
            target[i] = values[i];
        }
    }

    /** Sets {@code target[0..count) = source[0..count)}; both of one type. */
    void copy(int count, Tensor source, Tensor target);

    /** Sets every element of an F32 or I32 tensor. */
    void fill(Tensor target, float value);

    /** Waits until all queued work is done. */
    default void synchronize() {}

    /**
     * Returns a step that does what {@code step} does, in the fastest way that the backend has of repeating it: a CUDA
     * graph, for instance. The step must call only this backend's ops, always the same ones on the same tensors. Here, the
     * step itself.
     */
    default Runnable record(Runnable step) {
        return step;
    }

    /**
     * Returns a timeline with so many marks. Here it reads the host's clock, which is right where an op is done when it
     * returns; a backend that only queues its work has the device's clock read.
     */
    default Timeline timeline(int marks) {
        return new WallClock(marks);
    }

    // ---- layers -----------------------------------------------------------------------------------------------------

    /**
     * Plans a 2-D convolution with its epilogue; see {@link ConvGeometry} for the sum. {@code x: N×C×H×W},
     * {@code w: O×(C/G)×KH×KW}, {@code b}: {@code O} or {@code O×OH×OW}, {@code y: N×O×OH×OW}. With
     * {@code dz = dy · activation'}:
     *
     * <pre>
     * dw[o,c,p,q] = Σ over n,i,j of dz[n,o,i,j] · x[n, c, i·sH − padTop + p·dH, j·sW − padLeft + q·dW]
     * dx[n,c,h,v] = Σ over the (o,p,q,i,j) whose tap is (h,v) of dz[n,o,i,j] · w[o,c,p,q]
     * db[o]       = Σ over n,i,j of dz[n,o,i,j]          (per pixel: db[o,i,j] = Σ over n)
     * </pre>
     */
    WeightedOp conv2d(ConvGeometry geometry, Epilogue epilogue, int maxBatch);

    /**
     * Plans a convolution and the max pooling behind it as one op, where this backend has something better than the two:
     * {@code y = maxPool(activation(x ∗ w + b))}, {@code y: N×O×PH×PW}. Its {@link WeightedOp#backward} needs that
     * {@link WeightedOp#forward} has run last for the same samples.
     *
     * @return empty where the two ops by themselves are as good, or for what the backend has no such op for
     */
    default Optional<WeightedOp> conv2dMaxPool2d(
            ConvGeometry geometry, Epilogue epilogue, PoolGeometry pool, Ties ties, int maxBatch) {
        return Optional.empty();
    }

    /**
     * Plans a fully connected layer: {@code x: N×in}, {@code w: out×in}, {@code b: out}, {@code y: N×out}. A bias is one
     * per output unit whichever kind is asked for. With {@code dz = dy · activation'}:
     * {@code y = activation(x·wᵀ + b)}, {@code dw = dzᵀ·x}, {@code dx = dz·w}, {@code db = Σ over n of dz}.
     */
    WeightedOp dense(int in, int out, Epilogue epilogue, int maxBatch);

    /**
     * Plans max pooling: {@code y} is the largest value of each window; padding never wins. A window with a NaN gives
     * NaN (the first NaN counts as the maximum). {@code x: N×C×H×W}, {@code y: N×C×OH×OW}.
     */
    PoolOp maxPool2d(PoolGeometry geometry, Ties ties, int maxBatch);

    /**
     * Plans average pooling: {@code y} is the mean of each window; {@code x: N×C×H×W}, {@code y: N×C×OH×OW}.
     *
     * @param countPadding whether padding counts in the divisor, as zeros (PyTorch's {@code count_include_pad}; what a
     *     ceil-mode window reaches beyond the padding never counts); if not, only real values do
     */
    PoolOp avgPool2d(PoolGeometry geometry, boolean countPadding, int maxBatch);

    /**
     * Plans enlarging: each pixel of {@code x: N×C×H×W} becomes a square of f×f equal ones in {@code y: N×C×OH×OW}, and zeros are
     * put around. For {@code 0 ≤ a, b < f}, {@code y[n,c,top + h·f + a,left + v·f + b] = x[n,c,h,v]}, all others are 0, and
     * {@code dx[n,c,h,v]} is the sum of dy over the same square.
     */
    EnlargeOp enlarge2d(EnlargeGeometry geometry, int maxBatch);

    /**
     * Plans batch normalisation (Ioffe and Szegedy, 2015). {@code x, y: N×C×P}, P the pixels of a channel; γ, β, μ, σ² and
     * all statistics have C elements. Over the {@code m = n·P} values of each channel, and with
     * {@code dz = dy · activation'}:
     *
     * <pre>
     * μ = 1/m · Σ x        σ² = 1/m · Σ (x − μ)²        x̂ = (x − μ) / √(σ² + ε)        y = activation(γ·x̂ + β)
     * dβ = Σ dz            dγ = Σ dz·x̂                  dx = γ/√(σ² + ε) · (dz − dβ/m − x̂·dγ/m)
     * running mean     ← (1 − momentum) · running mean     + momentum · μ
     * running variance ← (1 − momentum) · running variance + momentum · σ²·m/(m − 1)
     * </pre>
     *
     * <p>The running variance takes the unbiased one, as PyTorch's does. A single value ({@code m = 1}) has none: then the
     * running statistics stay as they are. With the running statistics instead of μ and σ² it is {@link BatchNormOp#infer}.
     */
    BatchNormOp batchNorm(int channels, int pixels, BatchNormSpec spec, int maxBatch);

    /**
     * Plans layer normalisation (Ba, Kiros and Hinton, 2016). {@code x, y: N×F}, γ and β: F. Over the F values of each sample, and
     * with {@code g = γ·dy}:
     *
     * <pre>
     * μ = 1/F · Σ x        σ² = 1/F · Σ (x − μ)²        x̂ = (x − μ) / √(σ² + ε)        y = γ·x̂ + β
     * dβ = Σ over n of dy  dγ = Σ over n of dy·x̂        dx = (g − 1/F · Σ g − x̂ · 1/F · Σ g·x̂) / √(σ² + ε)
     * </pre>
     *
     * @param epsilon ε, above 0
     */
    LayerNormOp layerNorm(int features, double epsilon, int maxBatch);

    /**
     * Plans inverted dropout (Srivastava et al., 2014) of units that stay or go as a whole. {@code x, y: N×U×P}, P the values of
     * a unit. {@code u = s·U + c} is the number of unit c of sample s of the batch, {@code r(u)} its 32 random bits: word
     * {@code u mod 4} of {@link io.gabor.tensor.Philox#block} with the spec's seed at position {@code u / 4} of the stream
     * {@code counter[0]}, which is read without a sign. So a mask is the same on every backend, to the bit:
     * {@code y[s,c,i] = x[s,c,i]·m(u)} with {@code m(u) = r(u) < p·2³² ? 0 : 1/(1 − p)}. For the gradients {@code dx = dy·m} it
     * is the same op.
     */
    DropoutOp dropout(int units, int pixels, DropoutSpec spec, int maxBatch);

    /** {@code y[i] = f(x[i])} for {@code i < count}. {@code y} may be {@code x}. */
    void activation(Activation f, int count, Tensor x, Tensor y);

    /** {@code dx[i] = dy[i] · f'}, with f' from {@code y = f(x)}. {@code dx} may be {@code dy}. */
    void activationBackward(Activation f, int count, Tensor y, Tensor dy, Tensor dx);

    /** {@code y[i] = f(x[i])} for {@code i < count}. {@code y} may be {@code x}, if no backward pass is to come. */
    void pointwise(Pointwise f, int count, Tensor x, Tensor y);

    /** {@code dx[i] = dy[i] · f'(x[i])}. {@code dx} may be {@code dy}. */
    void pointwiseBackward(Pointwise f, int count, Tensor x, Tensor dy, Tensor dx);

    /** {@code sum[i] = a[i] + b[i]} for {@code i < count}. {@code sum} may be {@code a} or {@code b}. */
    void add(int count, Tensor a, Tensor b, Tensor sum);

    /**
     * {@code y[i] = a·x[i] + b·y[i]} for {@code i < count}: a running sum, or a running mean. For {@code b = 0}, {@code y} is
     * not read.
     */
    void blend(int count, float a, Tensor x, float b, Tensor y);

    /**
     * Copies rows of a matrix into rows of another, which keeps the rest of its elements:
     * {@code target[r·targetPitch + targetOffset + j] = source[r·sourcePitch + sourceOffset + j]} for {@code r < rows} and
     * {@code j < length}. With a sample as a row it puts tensors side by side along the channels, or takes them apart.
     */
    void copyRows(
            int rows,
            int length,
            Tensor source,
            int sourceOffset,
            int sourcePitch,
            Tensor target,
            int targetOffset,
            int targetPitch);

    /** Softmax of each row: {@code y[r,c] = exp(x[r,c] − max) / Σ exp(x[r,·] − max)}; {@code x, y: rows×cols}. */
    void softmax(int rows, int cols, Tensor x, Tensor y);

    /**
     * The product of each row's {@code dy} with softmax's Jacobian {@code J[i,j] = y[i]·(δij − y[j])}:
     * {@code dx[r,c] = y[r,c] · (dy[r,c] − Σ over k of y[r,k]·dy[r,k])}.
     */
    void softmaxBackward(int rows, int cols, Tensor y, Tensor dy, Tensor dx);

    // ---- losses: each writes the mean to loss[0], and its gradient unless that is null ------------------------------

    /**
     * Softmax and cross-entropy in one, from logits: {@code loss = 1/n · Σ over r of (log Σ exp(x[r,·]) − x[r, label[r]])},
     * {@code dx[r,c] = (softmax(x)[r,c] − [c = label[r]]) / n}. Safe for logits of any size.
     *
     * @param labels I32, {@code n}, each in {@code [0, classes)}
     */
    default void softmaxCrossEntropy(int n, int classes, Tensor x, Tensor labels, Tensor loss, Tensor dx) {
        softmaxCrossEntropy(n, classes, x, labels, null, 0, loss, dx);
    }

    /**
     * As {@link #softmaxCrossEntropy(int, int, Tensor, Tensor, Tensor, Tensor)}, with class weights w and label smoothing
     * ε, as {@code torch.nn.CrossEntropyLoss} defines them. With {@code q[r,c] = w[c]·((1 − ε)·[c = label[r]] + ε/classes)}
     * and {@code W = Σ over r of w[label[r]]}:
     * {@code loss = 1/W · Σ over r, c of q[r,c]·(log Σ exp(x[r,·]) − x[r,c])},
     * {@code dx[r,c] = (softmax(x)[r,c]·Σ over k of q[r,k] − q[r,c]) / W}.
     *
     * @param weights F32, {@code classes}; null for 1 each
     * @param smoothing ε, from 0 to 1
     */
    void softmaxCrossEntropy(
            int n, int classes, Tensor x, Tensor labels, Tensor weights, double smoothing, Tensor loss, Tensor dx);

    /**
     * As {@link #softmaxCrossEntropy(int, int, Tensor, Tensor, Tensor, double, Tensor, Tensor)}, with a share t of the target
     * for every class where that has one label: {@code q[r,c] = w[c]·((1 − ε)·t[r,c] + ε/classes)} and
     * {@code W = Σ over r, c of w[c]·t[r,c]}, or n without weights.
     *
     * @param target t: F32, {@code n×classes}, each row with the sum 1
     */
    void softTargetCrossEntropy(
            int n, int classes, Tensor x, Tensor target, Tensor weights, double smoothing, Tensor loss, Tensor dx);

    /** {@code loss = 1/count · Σ (p − t)²}, {@code dp = 2·(p − t) / count}. */
    void meanSquaredError(int count, Tensor p, Tensor target, Tensor loss, Tensor dp);

    /**
     * Binary cross-entropy from probabilities: {@code loss = −1/count · Σ (t·log p + (1 − t)·log(1 − p))}, with both
     * logarithms no smaller than −100, and {@code dp = (p − t) / max(p·(1 − p), 1e-12) / count}: finite at exactly 0 and
     * 1 (PyTorch's {@code BCELoss}).
     */
    void binaryCrossEntropy(int count, Tensor p, Tensor target, Tensor loss, Tensor dp);

    /**
     * Binary cross-entropy from logits: {@code loss = 1/count · Σ (max(x, 0) − x·t + log(1 + exp(−|x|)))},
     * {@code dx = (sigmoid(x) − t) / count}.
     */
    void binaryCrossEntropyWithLogits(int count, Tensor x, Tensor target, Tensor loss, Tensor dx);

    // ---- data and bookkeeping of a step -----------------------------------------------------------------------------

    /**
     * Assembles a batch: {@code out[i,c,p] = samples[order[cursor[0] + i], c, p] · scale[c] + shift[c]} for
     * {@code i < n}, each product and sum rounded to float once ({@code fma}).
     *
     * @param samples U8 or F32, {@code M×C×...}; the first axis after M is the channel
     * @param order I32, the permutation of an epoch; {@code cursor[0] + n} must not be beyond its end
     * @param cursor I32, one element: the position in the epoch
     * @param scale F32, C elements
     * @param shift F32, C elements
     * @param out F32, {@code N×C×...}
     */
    void gather(int n, Tensor samples, Tensor order, Tensor cursor, Tensor scale, Tensor shift, Tensor out);

    /**
     * As {@link #gather}, with each image changed on the way as its row of {@code edits} says, see {@link ImageEdit}. With
     * {@code s} the changed value, {@code out = s · scale[c] + shift[c]}; what is cut out is 0.
     *
     * @param samples U8 or F32, {@code M×C×H×W}
     * @param edits I32, at least {@code n} rows of {@link ImageEdit#WIDTH} or {@link ImageEdit#ELASTIC_WIDTH} numbers;
     *     partners must be in {@code [0, n)}
     * @param out F32, {@code N×C×H×W}
     */
    void augment(
            int n, Tensor samples, Tensor order, Tensor cursor, Tensor edits, Tensor scale, Tensor shift, Tensor out);

    /**
     * Mixes targets as {@link #augment} has mixed the images: with s the {@link ImageEdit#SHARE} of the i-th row of
     * {@code edits} and j its partner, {@code out[i,c] = s·target[i,c] + (1 − s)·target[j,c]} for {@code i < n}.
     *
     * @param width numbers of a target
     * @param target F32, {@code n×width}
     * @param out F32, {@code n×width}
     */
    void mixTargets(int n, int width, Tensor target, Tensor edits, Tensor out);

    /** {@code out[i] = labels[order[cursor[0] + i]]} for {@code i < n}; all I32. */
    void gatherLabels(int n, Tensor labels, Tensor order, Tensor cursor, Tensor out);

    /** {@code target[i,c] = [c = labels[i]]}: F32, {@code n×classes}, from I32 labels. */
    void oneHot(int n, int classes, Tensor labels, Tensor target);

    /** Adds to {@code correct[0]} (I32) the number of rows of {@code scores: n×classes} whose first maximum is at the label. */
    void countCorrect(int n, int classes, Tensor scores, Tensor labels, Tensor correct);

    /** {@code counter[0] += by}; I32. */
    void increment(Tensor counter, int by);

    /** {@code log[index[0] mod log.size()] = value[0]}: keeps the losses of many steps until someone reads them. */
    void store(Tensor value, Tensor index, Tensor log);

    /** Plans a bound on all these gradients, F32, each with a storage of its own. */
    ClipOp gradientClipping(ClipSpec spec, List<Tensor> gradients);

    /** Plans an update of all these parameters by one rule. */
    OptimizerOp optimizer(OptimizerSpec spec, List<OptimizerOp.Slot> slots);

    /** Releases everything: ops, tensors, threads. Closing twice is allowed. */
    @Override
    void close();
}
