package io.gabor.backend.reference;

import java.util.Arrays;

/**
 * The losses: each returns the mean and writes its gradient, unless {@code dx} is null. N rows of C logits, or M numbers
 * of any shape.
 *
 * <pre>
 * softmax cross-entropy       loss    = 1/N · Σ over r of (log Σ over c of exp(x[r,c]) − x[r, label[r]])
 *                             dx[r,c] = (softmax(x)[r,c] − [c = label[r]]) / N
 *   with class weights w        q[r,c]  = w[c]·((1 − ε)·[c = label[r]] + ε/C),  W = Σ over r of w[label[r]]
 *   and label smoothing ε       loss    = 1/W · Σ over r, c of q[r,c]·(log Σ over k of exp(x[r,k]) − x[r,c])
 *                               dx[r,c] = (softmax(x)[r,c]·Σ over k of q[r,k] − q[r,c]) / W
 *   with a share t of the     q[r,c]  = w[c]·((1 − ε)·t[r,c] + ε/C),  W = Σ over r, c of w[c]·t[r,c]
 *   target for each class     and N for W where there are no weights
 * mean squared error          loss    = 1/M · Σ (p − t)²
 *                             dp      = 2·(p − t) / M
 * binary cross-entropy        loss    = −1/M · Σ (t·log p + (1 − t)·log(1 − p)),  no logarithm below −100
 *                             dp      = (p − t) / max(p·(1 − p), 1e-12) / M
 *   from logits               loss    = 1/M · Σ (max(x, 0) − x·t + log(1 + exp(−|x|)))
 *                             dx      = (sigmoid(x) − t) / M
 * </pre>
 */
final class Losses {
    /** What a logarithm of a probability is cut off at, so that a certain and wrong prediction costs 100 and not ∞. */
    private static final double LEAST_LOG = -100;

    /** What keeps the gradient finite at p = 0 and p = 1. */
    private static final double LEAST_VARIANCE = 1e-12;

    private Losses() {}

    /** What part of a row's target a class has, before it is smoothed. */
    private interface Target {
        double share(int row, int c);
    }

    static double softmaxCrossEntropy(
            int n, int classes, double[] x, int[] labels, double[] weights, double smoothing, double[] dx) {
        double total = 0;
        for (int r = 0; r < n; r++) {
            total += weights[labels[r]];
        }
        return crossEntropy(n, classes, x, (r, c) -> c == labels[r] ? 1 : 0, weights, smoothing, total, dx);
    }

    /** With weights that may be null, for 1 each. */
    static double softTargetCrossEntropy(
            int n, int classes, double[] x, double[] target, double[] weights, double smoothing, double[] dx) {
        double[] w = new double[classes];
        Arrays.fill(w, 1);
        double total = n;
        if (weights != null) {
            System.arraycopy(weights, 0, w, 0, classes);
            total = 0;
            for (int i = 0; i < n * classes; i++) {
                total += w[i % classes] * target[i];
            }
        }
        return crossEntropy(n, classes, x, (r, c) -> target[r * classes + c], w, smoothing, total, dx);
    }

    private static double crossEntropy(
            int n,
            int classes,
            double[] x,
            Target target,
            double[] weights,
            double smoothing,
            double total,
            double[] dx) {
        double loss = 0;
        double[] q = new double[classes];
        for (int r = 0; r < n; r++) {
            int row = r * classes;
            double max = Softmax.maximum(classes, x, row);
            double sum = Softmax.sumOfExp(classes, x, row, max);
            double mass = 0;
            for (int c = 0; c < classes; c++) {
                q[c] = weights[c] * ((1 - smoothing) * target.share(r, c) + smoothing / classes);
                mass += q[c];
                // what has no share in the target costs nothing, however unlikely it is
                loss += q[c] == 0 ? 0 : q[c] * (Math.log(sum) + max - x[row + c]);
            }
            if (dx != null) {
                for (int c = 0; c < classes; c++) {
                    double softmax = Math.exp(x[row + c] - max) / sum;
                    dx[row + c] = (softmax * mass - q[c]) / total;
                }
            }
        }
        return loss / total;
    }

    static double meanSquaredError(int count, double[] p, double[] target, double[] dp) {
        double loss = 0;
        for (int i = 0; i < count; i++) {
            double difference = p[i] - target[i];
            loss += difference * difference;
            if (dp != null) {
                dp[i] = 2 * difference / count;
            }
        }
        return loss / count;
    }

    static double binaryCrossEntropy(int count, double[] p, double[] target, double[] dp) {
        double loss = 0;
        for (int i = 0; i < count; i++) {
            double t = target[i];
            loss -= t * Math.max(Math.log(p[i]), LEAST_LOG) + (1 - t) * Math.max(Math.log1p(-p[i]), LEAST_LOG);
            if (dp != null) {
                dp[i] = (p[i] - t) / Math.max(p[i] * (1 - p[i]), LEAST_VARIANCE) / count;
            }
        }
        return loss / count;
    }

    static double binaryCrossEntropyWithLogits(int count, double[] x, double[] target, double[] dx) {
        double loss = 0;
        for (int i = 0; i < count; i++) {
            loss += Math.max(x[i], 0) - x[i] * target[i] + Math.log1p(Math.exp(-Math.abs(x[i])));
            if (dx != null) {
                dx[i] = (Activations.sigmoid(x[i]) - target[i]) / count;
            }
        }
        return loss / count;
    }
}
