package io.gabor.backend.cpu;

import io.gabor.tensor.Tensor;

/**
 * The losses. They are computed in double, since they are small beside the layers and a mean of many numbers loses bits in
 * float; each chunk has its own sum, and the chunks are added in their order.
 */
final class CpuLosses {
    /** Elements in a chunk. */
    private static final int CHUNK = 4096;
    /** About how many multiply-adds an exponential or a logarithm costs. */
    private static final int EXP_WORK = 20;
    /** What a logarithm of a probability is cut off at. */
    private static final double LEAST_LOG = -100;
    /** What keeps the gradient finite at p = 0 and p = 1. */
    private static final double LEAST_VARIANCE = 1e-12;

    private final CpuContext context;
    private final WorkerPool.Task crossEntropy = this::crossEntropy;
    private final WorkerPool.Task softEntropy = this::softEntropy;
    private final WorkerPool.Task squares = this::squares;
    private final WorkerPool.Task entropy = this::entropy;
    private final WorkerPool.Task logitEntropy = this::logitEntropy;

    private double[] sums = new double[16];
    private int count;
    private int classes;
    private float[] x;
    private float[] target;
    private int[] labels;
    private float[] dx;
    /** Null for 1 each. */
    private float[] weights;

    private double smoothing;
    /** What the sum of the losses is divided by. */
    private double total;
    /** The sum of all classes' weights. */
    private double weightSum;

    CpuLosses(CpuContext context) {
        this.context = context;
    }

    void softmaxCrossEntropy(
            int n,
            int classCount,
            Tensor logits,
            Tensor labelTensor,
            Tensor weightTensor,
            double smoothed,
            Tensor loss,
            Tensor gradient) {
        String op = "softmaxCrossEntropy";
        float[] losses = open(op, n, classCount, logits, weightTensor, smoothed, loss, gradient);
        labels = context.memory().ints(op, "labels", labelTensor, n);
        CpuBatches.checkLabels(op, n, classCount, labels);
        weigh();
        run(crossEntropy, CpuContext.ceilDiv(n, rowsPerChunk()), (long) n * classCount * 2 * EXP_WORK, losses);
    }

    void softTargetCrossEntropy(
            int n,
            int classCount,
            Tensor logits,
            Tensor targets,
            Tensor weightTensor,
            double smoothed,
            Tensor loss,
            Tensor gradient) {
        String op = "softTargetCrossEntropy";
        float[] losses = open(op, n, classCount, logits, weightTensor, smoothed, loss, gradient);
        target = context.memory().floats(op, "target", targets, (long) n * classCount);
        Memory.separate(op, "loss", losses, "target", target);
        Memory.separate(op, "dx", dx, "target", target);
        weighTargets();
        run(softEntropy, CpuContext.ceilDiv(n, rowsPerChunk()), (long) n * classCount * 2 * EXP_WORK, losses);
    }

    /** Takes what both have, and returns where the loss goes. */
    private float[] open(
            String op,
            int n,
            int classCount,
            Tensor logits,
            Tensor weightTensor,
            double smoothed,
            Tensor loss,
            Tensor gradient) {
        Memory.range(op, "n", n, 1, Integer.MAX_VALUE);
        Memory.range(op, "classes", classCount, 1, Integer.MAX_VALUE);
        if (!(smoothed >= 0 && smoothed <= 1)) {
            throw Memory.error(op, "smoothing must be from 0 to 1, found " + smoothed);
        }
        long size = (long) n * classCount;
        Memory memory = context.memory();
        x = memory.floats(op, "x", logits, size);
        float[] losses = memory.floats(op, "loss", loss, 1);
        dx = gradient == null ? null : memory.floats(op, "dx", gradient, size);
        separate(op, losses, "dx");
        weights = weightTensor == null ? null : memory.floats(op, "weights", weightTensor, classCount);
        Memory.separate(op, "loss", losses, "weights", weights);
        Memory.separate(op, "dx", dx, "weights", weights);
        count = n;
        classes = classCount;
        smoothing = smoothed;
        return losses;
    }

    private int rowsPerChunk() {
        return Math.max(1, CHUNK / classes);
    }

    private void weigh() {
        total = count;
        weightSum = classes;
        if (weights != null) {
            total = 0;
            for (int r = 0; r < count; r++) {
                total += weights[labels[r]];
            }
            weightSum = 0;
            for (int c = 0; c < classes; c++) {
                weightSum += weights[c];
            }
        }
    }

    private void weighTargets() {
        total = count;
        if (weights != null) {
            total = 0;
            for (int r = 0; r < count; r++) {
                for (int c = 0; c < classes; c++) {
                    total += (double) weights[c] * target[r * classes + c];
                }
            }
        }
    }

    private double weight(int c) {
        return weights == null ? 1 : weights[c];
    }

    private void crossEntropy(int chunk, int worker) {
        double loss = 0;
        double share = smoothing / classes;
        int end = Math.min((chunk + 1) * rowsPerChunk(), count);
        for (int r = chunk * rowsPerChunk(); r < end; r++) {
            int row = r * classes;
            int label = row + labels[r];
            float max = x[row];
            for (int c = 1; c < classes; c++) {
                max = Math.max(max, x[row + c]);
            }
            double others = 0;
            for (int i = row; i < row + classes; i++) {
                others += i == label ? 0 : Math.exp((double) x[i] - max);
            }
            double sum = others + Math.exp((double) x[label] - max);
            double weight = weight(labels[r]);
            double own = (1 - smoothing) * weight;
            double mass = own + share * weightSum;
            loss += mass * Math.log(sum) - own * ((double) x[label] - max);
            if (share > 0) {
                loss -= share * spread(row, max);
            }
            if (dx != null) {
                double scale = mass / (sum * total);
                double away = share / total;
                for (int c = 0; c < classes; c++) {
                    dx[row + c] = (float) (Math.exp((double) x[row + c] - max) * scale - away * weight(c));
                }
                // what the other classes have of the target less what they have of the softmax
                dx[label] = (float) (away * (weightSum - weight) - others * scale);
            }
        }
        sums[chunk] = loss;
    }

    private void softEntropy(int chunk, int worker) {
        double loss = 0;
        int end = Math.min((chunk + 1) * rowsPerChunk(), count);
        for (int r = chunk * rowsPerChunk(); r < end; r++) {
            int row = r * classes;
            float max = x[row];
            for (int c = 1; c < classes; c++) {
                max = Math.max(max, x[row + c]);
            }
            double sum = 0;
            double mass = 0;
            for (int c = 0; c < classes; c++) {
                double below = (double) x[row + c] - max;
                double share = share(row, c);
                sum += Math.exp(below);
                mass += share;
                loss -= share * below;
            }
            loss += mass * Math.log(sum);
            if (dx != null) {
                for (int c = 0; c < classes; c++) {
                    double softmax = Math.exp((double) x[row + c] - max) / sum;
                    dx[row + c] = (float) ((softmax * mass - share(row, c)) / total);
                }
            }
        }
        sums[chunk] = loss;
    }

    /** Returns q of a class: its share of the target, smoothed and weighed. */
    private double share(int row, int c) {
        return weight(c) * ((1 - smoothing) * target[row + c] + smoothing / classes);
    }

    /** Returns what the smoothed labels have of a row: {@code Σ over c of w[c]·(x[row + c] − max)}. */
    private double spread(int row, float max) {
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            sum += weight(c) * ((double) x[row + c] - max);
        }
        return sum;
    }

    void meanSquaredError(int elements, Tensor p, Tensor targets, Tensor loss, Tensor gradient) {
        elementLoss("meanSquaredError", squares, 2, elements, p, targets, loss, gradient);
    }

    void binaryCrossEntropy(int elements, Tensor p, Tensor targets, Tensor loss, Tensor gradient) {
        elementLoss("binaryCrossEntropy", entropy, 2 * EXP_WORK, elements, p, targets, loss, gradient);
    }

    void binaryCrossEntropyWithLogits(int elements, Tensor logits, Tensor targets, Tensor loss, Tensor gradient) {
        elementLoss(
                "binaryCrossEntropyWithLogits", logitEntropy, 2 * EXP_WORK, elements, logits, targets, loss, gradient);
    }

    private void elementLoss(
            String op,
            WorkerPool.Task task,
            int work,
            int elements,
            Tensor p,
            Tensor targets,
            Tensor loss,
            Tensor gradient) {
        Memory.range(op, "count", elements, 1, Integer.MAX_VALUE);
        Memory memory = context.memory();
        x = memory.floats(op, "p", p, elements);
        target = memory.floats(op, "target", targets, elements);
        float[] losses = memory.floats(op, "loss", loss, 1);
        dx = gradient == null ? null : memory.floats(op, "dp", gradient, elements);
        separate(op, losses, "dp");
        Memory.separate(op, "loss", losses, "target", target);
        Memory.separate(op, "dp", dx, "target", target);
        count = elements;
        total = elements;
        run(task, CpuContext.ceilDiv(elements, CHUNK), (long) elements * work, losses);
    }

    private void separate(String op, float[] losses, String gradientName) {
        Memory.separate(op, "loss", losses, "its input", x);
        Memory.separate(op, gradientName, dx, "its input", x);
        Memory.separate(op, gradientName, dx, "loss", losses);
    }

    private void run(WorkerPool.Task task, int chunks, long work, float[] losses) {
        if (sums.length < chunks) {
            sums = new double[chunks];
        }
        context.pool().run(task, chunks, work);
        double sum = 0;
        for (int i = 0; i < chunks; i++) {
            sum += sums[i];
        }
        losses[0] = (float) (sum / total);
    }

    private void squares(int chunk, int worker) {
        double loss = 0;
        int end = Math.min((chunk + 1) * CHUNK, count);
        double scale = 2.0 / count;
        for (int i = chunk * CHUNK; i < end; i++) {
            double difference = (double) x[i] - target[i];
            loss += difference * difference;
            if (dx != null) {
                dx[i] = (float) (difference * scale);
            }
        }
        sums[chunk] = loss;
    }

    private void entropy(int chunk, int worker) {
        double loss = 0;
        int end = Math.min((chunk + 1) * CHUNK, count);
        for (int i = chunk * CHUNK; i < end; i++) {
            double p = x[i];
            double t = target[i];
            loss -= t * Math.max(Math.log(p), LEAST_LOG) + (1 - t) * Math.max(Math.log1p(-p), LEAST_LOG);
            if (dx != null) {
                dx[i] = (float) ((p - t) / Math.max(p * (1 - p), LEAST_VARIANCE) / count);
            }
        }
        sums[chunk] = loss;
    }

    private void logitEntropy(int chunk, int worker) {
        double loss = 0;
        int end = Math.min((chunk + 1) * CHUNK, count);
        for (int i = chunk * CHUNK; i < end; i++) {
            double logit = x[i];
            double e = Math.exp(-Math.abs(logit));
            loss += Math.max(logit, 0) - logit * target[i] + Math.log1p(e);
            if (dx != null) {
                double sigmoid = (logit < 0 ? e : 1) / (1 + e);
                dx[i] = (float) ((sigmoid - target[i]) / count);
            }
        }
        sums[chunk] = loss;
    }
}
