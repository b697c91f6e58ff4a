package io.gabor.backend.reference;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.ClipOp;
import io.gabor.backend.ClipSpec;
import io.gabor.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bounds on gradients, by hand: {@code torch.nn.utils.clip_grad_norm_} and {@code clip_grad_value_}. */
final class ClippingTest extends Fixture {
    @Test
    void theNormIsThatOfAllGradientsTogether() {
        Tensor first = of(3, 0);
        Tensor second = of(-4);
        try (ClipOp clip = backend.gradientClipping(new ClipSpec.Norm(2.5), List.of(first, second))) {
            clip.clip();
        }
        double factor = 2.5 / (5 + 1e-6);
        holds(first, 3 * factor, 0);
        holds(second, -4 * factor);
    }

    @Test
    void whatIsSmallEnoughStays() {
        Tensor gradient = of(3, 4);
        try (ClipOp clip = backend.gradientClipping(new ClipSpec.Norm(5.1), List.of(gradient))) {
            clip.clip();
        }
        holds(gradient, 3, 4);
    }

    @Test
    void eachValueIsCutOffByItself() {
        Tensor gradient = of(3, -0.5, -7, 0.25);
        try (ClipOp clip = backend.gradientClipping(new ClipSpec.Value(0.5), List.of(gradient))) {
            clip.clip();
        }
        holds(gradient, 0.5, -0.5, -0.5, 0.25);
    }

    @Test
    void aBoundMustBeFiniteAndAboveZeroAndAGradientStandsThereOnce() {
        for (double wrong : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> new ClipSpec.Norm(wrong));
            assertThrows(IllegalArgumentException.class, () -> new ClipSpec.Value(wrong));
        }
        Tensor gradient = of(1, 2);
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> backend.gradientClipping(new ClipSpec.Norm(1), List.of(gradient, gradient)))
                .getMessage();
        assertTrue(message.contains("share one storage"), message);
    }
}
