package io.gabor.backend.reference;

import io.gabor.backend.ClipOp;
import io.gabor.backend.ClipSpec;
import io.gabor.tensor.Tensor;
import java.util.List;

/**
 * The bounds on gradients. With g all numbers of all of them:
 *
 * <pre>
 * by norm     n = √(Σ g²)
 *             g ← g · min(1, most / (n + 1e-6))
 * by value    g ← min(max(g, −most), most)
 * </pre>
 */
final class Clipping implements ClipOp {
    private final ReferenceBackend backend;
    private final ClipSpec spec;
    private final List<Tensor> gradients;

    Clipping(ReferenceBackend backend, ClipSpec spec, List<Tensor> gradients) {
        this.backend = backend;
        this.spec = spec;
        this.gradients = List.copyOf(gradients);
        check();
    }

    private void check() {
        Arguments args = backend.arguments("gradientClipping");
        for (int i = 0; i < gradients.size(); i++) {
            args.output("gradient " + i, gradients.get(i), 1);
        }
    }

    @Override
    public void clip() {
        check();
        if (spec instanceof ClipSpec.Norm) {
            scale(Math.min(1, spec.most() / (norm() + ClipSpec.Norm.EPSILON)));
        } else {
            bound(spec.most());
        }
    }

    private double norm() {
        double sum = 0;
        for (Tensor gradient : gradients) {
            double[] g = floats(gradient);
            for (int i = 0; i < gradient.size(); i++) {
                sum += g[i] * g[i];
            }
        }
        return Math.sqrt(sum);
    }

    private void scale(double factor) {
        for (Tensor gradient : gradients) {
            double[] g = floats(gradient);
            for (int i = 0; i < gradient.size(); i++) {
                g[i] *= factor;
            }
        }
    }

    private void bound(double most) {
        for (Tensor gradient : gradients) {
            double[] g = floats(gradient);
            for (int i = 0; i < gradient.size(); i++) {
                g[i] = Math.min(Math.max(g[i], -most), most);
            }
        }
    }

    private static double[] floats(Tensor tensor) {
        return ((ReferenceStorage) tensor.storage()).floats();
    }

    @Override
    public void close() {}
}
