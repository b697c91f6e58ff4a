// Losses: the mean over a batch, and its gradient. The sum of a loss is taken in two steps of fixed order: each block
// adds its elements in double and writes one partial sum; gabor_loss_finish adds those. With one block, which is enough
// for a usual batch, the block writes the loss itself, and gabor_loss_finish is not launched.
//
// A block has 512 threads. The order of a sum depends on the number of blocks, which the caller derives from the number of
// elements alone. A gradient pointer may be null: then only the loss is computed. The cost is that of the memory traffic,
// and of one or two exponentials or logarithms an element.
#include "reduce.cuh"

constexpr int LOSS_THREADS = 512;
constexpr int LOSS_WARPS = LOSS_THREADS / 32;

// Writes a block's sum where it belongs: the loss itself if there is one block, else its partial sum. Called by thread 0.
GABOR_DEVICE void loss_write(double sum, double count, double* partials, float* loss) {
    if (gridDim.x == 1) {
        loss[0] = (float)(sum / count);
    } else {
        partials[blockIdx.x] = sum;
    }
}

// q of a class: its share of the target, smoothed and weighed.
GABOR_DEVICE double loss_share(const float* weights, double smoothing, int classes, const float* target, int c) {
    const double weight = weights == nullptr ? 1.0 : (double)weights[c];
    return weight * ((1.0 - smoothing) * target[c] + smoothing / classes);
}

// loss[0] = 1/count · Σ partials, where a count of 0 stands for the number behind the partial sums; one block of 512
// threads.
extern "C" __global__ void __launch_bounds__(LOSS_THREADS)
    gabor_loss_finish(int blocks, int count, const double* partials, float* loss) {
    GABOR_SHARED(double, sums, LOSS_WARPS);
    double sum = 0.0;
    for (int i = threadIdx.x; i < blocks; i += LOSS_THREADS) {
        sum += partials[i];
    }
    const double total = reduce_block_sum(gabor_warp_sum(sum), sums);
    if (threadIdx.x == 0) {
        loss[0] = (float)(total / (count == 0 ? partials[blocks] : count));
    }
}

// Softmax and cross-entropy from logits x: n × classes, labels: n, with class weights w (null for 1 each) and label
// smoothing ε. With q[r,c] = w[c]·((1 − ε)·[c = label] + ε/classes), mass = Σ over c of q[r,c], W = Σ over r of w[label]:
//   loss = 1/W · Σ over r, c of q[r,c]·(log Σ exp(x[r,·] − max) + max − x[r,c])
//   dx[r,c] = (softmax(x)[r,c]·mass − q[r,c]) / W
// One warp a row. The gradient at the label is what the other classes have of the target less what they have of the
// softmax: 1 is not subtracted from a number close to 1. A label outside the classes gives NaN, since the host does not
// see labels. With weights each block adds up W, and the first one leaves it behind the partial sums.
extern "C" __global__ void __launch_bounds__(LOSS_THREADS) gabor_loss_softmax_cross_entropy(
    int n, int classes, const float* x, const int* labels, const float* weights, double smoothing, double* partials,
    float* loss, float* dx) {
    GABOR_SHARED(double, sums, LOSS_WARPS);
    GABOR_SHARED(double, weighed, LOSS_WARPS + 1);
    const int lane = threadIdx.x % 32;
    double all = n;
    double weight_sum = classes;
    if (weights != nullptr) {
        double sum = 0.0;
        for (int row = threadIdx.x; row < n; row += LOSS_THREADS) {
            const int label = labels[row];
            sum += label >= 0 && label < classes ? (double)weights[label] : (double)NAN;
        }
        sum = reduce_block_sum(gabor_warp_sum(sum), weighed);
        if (threadIdx.x == 0) {
            weighed[LOSS_WARPS] = sum;
            if (blockIdx.x == 0) {
                partials[gridDim.x] = sum;
            }
        }
        __syncthreads();
        all = weighed[LOSS_WARPS];
        weight_sum = 0.0;
        for (int c = lane; c < classes; c += 32) {
            weight_sum += weights[c];
        }
        weight_sum = gabor_warp_sum(weight_sum);
    }
    const double share = smoothing / classes;
    double total = 0.0;
    for (int row = blockIdx.x * LOSS_WARPS + threadIdx.x / 32; row < n; row += gridDim.x * LOSS_WARPS) {
        const float* in = x + (size_t)row * classes;
        const int label = labels[row];
        const bool known = label >= 0 && label < classes;
        float max = -INFINITY;
        for (int c = lane; c < classes; c += 32) {
            max = fmaxf(max, in[c]);
        }
        max = gabor_warp_max(max);
        double others = 0.0;
        double spread = 0.0;
        for (int c = lane; c < classes; c += 32) {
            if (c != label) {
                others += expf(in[c] - max);
            }
            if (share > 0.0) {
                spread += (weights == nullptr ? 1.0 : (double)weights[c]) * ((double)in[c] - max);
            }
        }
        others = gabor_warp_sum(others);
        spread = gabor_warp_sum(spread);
        const double own = known ? (double)expf(in[label] - max) : (double)NAN;
        const double sum = own + others;
        const double weight = weights != nullptr && known ? (double)weights[label] : 1.0;
        const double at_label = (1.0 - smoothing) * weight;
        const double mass = at_label + share * weight_sum;
        total += mass * log(sum) - (known ? at_label * ((double)in[label] - max) : 0.0);
        if (share > 0.0) {
            total -= share * spread;
        }
        if (dx != nullptr) {
            float* out = dx + (size_t)row * classes;
            const double scale = mass / (sum * all);
            const double away = share / all;
            for (int c = lane; c < classes; c += 32) {
                if (c == label) {
                    out[c] = (float)(away * (weight_sum - weight) - others * scale);
                } else {
                    const double w = weights == nullptr ? 1.0 : (double)weights[c];
                    out[c] = (float)(expf(in[c] - max) * scale - away * w);
                }
            }
        }
    }
    total = reduce_block_sum(total, sums);
    if (threadIdx.x == 0) {
        loss_write(total, all, partials, loss);
    }
}

// The same with a share t of the target for each class, target: n × classes: q[r,c] = w[c]·((1 − ε)·t[r,c] + ε/classes), and
// W = Σ over r, c of w[c]·t[r,c], or n without weights. One warp a row. No class has so large a part of the target that its
// gradient could be had from the others', so exponentials are taken in double: p − q loses bits, and float has none to
// spare.
extern "C" __global__ void __launch_bounds__(LOSS_THREADS) gabor_loss_soft_target_cross_entropy(
    int n, int classes, const float* x, const float* target, const float* weights, double smoothing, double* partials,
    float* loss, float* dx) {
    GABOR_SHARED(double, sums, LOSS_WARPS);
    GABOR_SHARED(double, weighed, LOSS_WARPS + 1);
    const int lane = threadIdx.x % 32;
    double all = n;
    if (weights != nullptr) {
        double sum = 0.0;
        for (size_t e = threadIdx.x; e < (size_t)n * classes; e += LOSS_THREADS) {
            sum += (double)weights[e % classes] * target[e];
        }
        sum = reduce_block_sum(gabor_warp_sum(sum), weighed);
        if (threadIdx.x == 0) {
            weighed[LOSS_WARPS] = sum;
            if (blockIdx.x == 0) {
                partials[gridDim.x] = sum;
            }
        }
        __syncthreads();
        all = weighed[LOSS_WARPS];
    }
    double total = 0.0;
    for (int row = blockIdx.x * LOSS_WARPS + threadIdx.x / 32; row < n; row += gridDim.x * LOSS_WARPS) {
        const float* in = x + (size_t)row * classes;
        const float* wanted = target + (size_t)row * classes;
        float max = -INFINITY;
        for (int c = lane; c < classes; c += 32) {
            max = fmaxf(max, in[c]);
        }
        max = gabor_warp_max(max);
        double sum = 0.0;
        double mass = 0.0;
        double spread = 0.0;
        for (int c = lane; c < classes; c += 32) {
            const double below = (double)in[c] - max;
            const double q = loss_share(weights, smoothing, classes, wanted, c);
            sum += exp(below);
            mass += q;
            spread += q * below;
        }
        sum = gabor_warp_sum(sum);
        mass = gabor_warp_sum(mass);
        total += mass * log(sum) - gabor_warp_sum(spread);
        if (dx != nullptr) {
            float* out = dx + (size_t)row * classes;
            for (int c = lane; c < classes; c += 32) {
                const double softmax = exp((double)in[c] - max) / sum;
                out[c] = (float)((softmax * mass - loss_share(weights, smoothing, classes, wanted, c)) / all);
            }
        }
    }
    total = reduce_block_sum(total, sums);
    if (threadIdx.x == 0) {
        loss_write(total, all, partials, loss);
    }
}

// loss = 1/count · Σ (p − t)², dp = 2·(p − t) / count.
extern "C" __global__ void __launch_bounds__(LOSS_THREADS) gabor_loss_mean_squared_error(
    int count, const float* p, const float* target, double* partials, float* loss, float* dp) {
    GABOR_SHARED(double, sums, LOSS_WARPS);
    const float scale = (float)(2.0 / count);
    double sum = 0.0;
    for (unsigned i = blockIdx.x * LOSS_THREADS + threadIdx.x; i < (unsigned)count; i += gridDim.x * LOSS_THREADS) {
        const float difference = p[i] - target[i];
        sum += (double)difference * difference;
        if (dp != nullptr) {
            dp[i] = difference * scale;
        }
    }
    sum = reduce_block_sum(gabor_warp_sum(sum), sums);
    if (threadIdx.x == 0) {
        loss_write(sum, count, partials, loss);
    }
}

// Binary cross-entropy from probabilities: loss = −1/count · Σ (t·log p + (1 − t)·log(1 − p)), both logarithms no smaller
// than −100; dp = (p − t) / max(p·(1 − p), 1e-12) / count.
extern "C" __global__ void __launch_bounds__(LOSS_THREADS) gabor_loss_binary_cross_entropy(
    int count, const float* p, const float* target, double* partials, float* loss, float* dp) {
    GABOR_SHARED(double, sums, LOSS_WARPS);
    double sum = 0.0;
    for (unsigned i = blockIdx.x * LOSS_THREADS + threadIdx.x; i < (unsigned)count; i += gridDim.x * LOSS_THREADS) {
        const float q = p[i];
        const float t = target[i];
        const float yes = logf(q);
        const float no = log1pf(-q);
        // written so that NaN stays NaN
        sum -= (double)t * (yes < -100.0f ? -100.0f : yes) + (double)(1.0f - t) * (no < -100.0f ? -100.0f : no);
        if (dp != nullptr) {
            const float variance = q * (1.0f - q);
            dp[i] = (q - t) / (variance < 1e-12f ? 1e-12f : variance) / count;
        }
    }
    sum = reduce_block_sum(gabor_warp_sum(sum), sums);
    if (threadIdx.x == 0) {
        loss_write(sum, count, partials, loss);
    }
}

// Binary cross-entropy from logits: loss = 1/count · Σ (max(x, 0) − x·t + log(1 + exp(−|x|))),
// dx = (sigmoid(x) − t) / count, computed as (1 − t)·sigmoid(x) − t·sigmoid(−x), which loses no bits near t.
extern "C" __global__ void __launch_bounds__(LOSS_THREADS) gabor_loss_binary_cross_entropy_with_logits(
    int count, const float* x, const float* target, double* partials, float* loss, float* dx) {
    GABOR_SHARED(double, sums, LOSS_WARPS);
    const float scale = (float)(1.0 / count);
    double sum = 0.0;
    for (unsigned i = blockIdx.x * LOSS_THREADS + threadIdx.x; i < (unsigned)count; i += gridDim.x * LOSS_THREADS) {
        const float logit = x[i];
        const float t = target[i];
        const float e = expf(-fabsf(logit));
        const double positive = logit < 0.0f ? 0.0 : (double)logit;
        sum += positive - (double)logit * t + (double)log1pf(e);
        if (dx != nullptr) {
            const float yes = (logit < 0.0f ? e : 1.0f) / (1.0f + e);
            const float no = (logit < 0.0f ? 1.0f : e) / (1.0f + e);
            dx[i] = ((1.0f - t) * yes - t * no) * scale;
        }
    }
    sum = reduce_block_sum(gabor_warp_sum(sum), sums);
    if (threadIdx.x == 0) {
        loss_write(sum, count, partials, loss);
    }
}

GABOR_KERNELS(gabor_loss_soft_target_cross_entropy, gabor_loss_finish, gabor_loss_softmax_cross_entropy, gabor_loss_mean_squared_error,
              gabor_loss_binary_cross_entropy, gabor_loss_binary_cross_entropy_with_logits)
