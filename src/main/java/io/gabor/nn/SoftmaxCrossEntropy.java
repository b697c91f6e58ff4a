package io.gabor.nn;

import io.gabor.backend.Backend;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import io.gabor.tensor.Tensor;
import java.util.Arrays;

/**
 * Softmax and cross-entropy in one, from logits {@code x: N×C} and class numbers.
 *
 * <pre>
 * p        = softmax(x)
 * loss     = −1/n · Σ over n of log p[n, label[n]]
 * dx[n,c]  = (p[n,c] − [c = label[n]]) / n
 * </pre>
 *
 * <p>softmax's Jacobian and the logarithm's 1/p cancel, so the gradient is bounded however wrong the output is.
 *
 * <p>With label smoothing ε (Szegedy et al., 2016) a part ε of the target is spread over all classes; with class weights w
 * each class counts as often as its weight says, and the mean is a weighted one. Both as {@code torch.nn.CrossEntropyLoss}
 * has them:
 *
 * <pre>
 * q[n,c]   = w[c] · ((1 − ε)·[c = label[n]] + ε/C)
 * W        = Σ over n of w[label[n]]
 * loss     = −1/W · Σ over n, c of q[n,c] · log p[n,c]
 * dx[n,c]  = (p[n,c] · Σ over k of q[n,k] − q[n,c]) / W
 * </pre>
 *
 * <p>Where images are mixed a target has several labels: shares t of the classes, F32, N×C, with the sum 1 in each row. They
 * stand in the place of {@code [c = label[n]]}, and {@code W = Σ over n, c of w[c]·t[n,c]}, so that an image that is half of
 * one class and half of another counts as the mean of their weights says. (PyTorch, which takes such targets too, divides by
 * N even where classes have weights.)
 */
public final class SoftmaxCrossEntropy extends Loss {
    private final double smoothing;
    private final float[] weights;

    /** Every class counts alike, and the target is the label alone. */
    public SoftmaxCrossEntropy() {
        this(0);
    }

    /**
     * With label smoothing and class weights.
     *
     * @param labelSmoothing ε, from 0 to 1
     * @param classWeights one for each class, above 0; none at all for 1 each
     */
    public SoftmaxCrossEntropy(double labelSmoothing, double... classWeights) {
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw new IllegalArgumentException("label smoothing must be from 0 to 1, found " + labelSmoothing);
        }
        smoothing = labelSmoothing;
        weights = classWeights.length == 0 ? null : new float[classWeights.length];
        for (int c = 0; c < classWeights.length; c++) {
            weights[c] = (float) classWeights[c];
            if (!(weights[c] > 0 && weights[c] < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "class weights must be finite and above 0, found " + Arrays.toString(classWeights));
            }
        }
    }

    @Override
    public String kind() {
        return "softmax-cross-entropy";
    }

    @Override
    public boolean takesLabels() {
        return true;
    }

    @Override
    public void check(Shape output) {
        super.check(output);
        if (weights != null && weights.length != output.size()) {
            throw new ShapeException("the loss has weights for " + weights.length + " classes, and the network has "
                    + output.size() + " outputs; they must be equal");
        }
    }

    /** With class weights, these go to the backend in each call; {@link #on} keeps them there. */
    @Override
    public void compute(Backend backend, int n, Tensor output, Tensor target, Tensor loss, Tensor gradient) {
        try (OnBackend there = on(backend)) {
            there.compute(n, output, target, loss, gradient);
        }
    }

    @Override
    public OnBackend on(Backend backend) {
        Tensor classWeights = weights == null ? null : backend.allocate(Shape.of(weights.length));
        if (weights != null) {
            backend.upload(weights, weights.length, classWeights);
        }
        return new OnBackend() {
            @Override
            public void compute(int n, Tensor output, Tensor target, Tensor loss, Tensor gradient) {
                int classes = outputs(output);
                if (target.type() == ElementType.F32) {
                    backend.softTargetCrossEntropy(n, classes, output, target, classWeights, smoothing, loss, gradient);
                } else {
                    backend.softmaxCrossEntropy(n, classes, output, target, classWeights, smoothing, loss, gradient);
                }
            }

            @Override
            public void close() {
                if (classWeights != null) {
                    backend.release(classWeights);
                }
            }
        };
    }

    @Override
    public void probabilities(Backend backend, int n, Tensor output, Tensor result) {
        backend.softmax(n, outputs(output), output, result);
    }
}
