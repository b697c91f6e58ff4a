package io.gabor.backend.reference;

import io.gabor.backend.OptimizerOp;
import io.gabor.backend.OptimizerSpec;
import io.gabor.tensor.Tensor;
import java.util.List;

/**
 * The optimizer rules, as PyTorch defines them. For each element p of a parameter, with its gradient g, the learning rate
 * η and the number t of the step, from 1:
 *
 * <pre>
 * SGD       g ← g + weightDecay·p
 *           v ← μ·v + g
 *           p ← p − η·v                    Nesterov: p ← p − η·(g + μ·v)       without momentum: p ← p − η·g
 *
 * Adam      g ← g + weightDecay·p          AdamW: p ← p − η·weightDecay·p
 *           m ← β1·m + (1 − β1)·g
 *           v ← β2·v + (1 − β2)·g²
 *           p ← p − η/(1 − β1ᵗ) · m / (√v / √(1 − β2ᵗ) + ε)
 *
 * RMSProp   g ← g + weightDecay·p
 *           v ← α·v + (1 − α)·g²
 *           u ← μ·u + g / (√v + ε)
 *           p ← p − η·u                                                        without momentum: p ← p − η·g / (√v + ε)
 *
 * Adagrad   g ← g + weightDecay·p
 *           s ← s + g²
 *           p ← p − η·g / (√s + ε)
 *
 * average   d = min(decay, (1 + t) / (10 + t))
 *           p ← d·p + (1 − d)·g
 * </pre>
 *
 * The gradient itself is an input and stays as it is.
 */
final class Optimizers implements OptimizerOp {
    private final ReferenceBackend backend;
    private final OptimizerSpec spec;
    private final List<Slot> slots;

    Optimizers(ReferenceBackend backend, OptimizerSpec spec, List<Slot> slots) {
        this.backend = backend;
        this.spec = spec;
        this.slots = List.copyOf(slots);
        for (int i = 0; i < slots.size(); i++) {
            if (slots.get(i).state().size() != spec.stateCount()) {
                throw new IllegalArgumentException(
                        "optimizer: " + spec + " keeps " + spec.stateCount() + " tensors of state per parameter, found "
                                + slots.get(i).state().size() + " for parameter " + i);
            }
            check(backend.arguments("optimizer"), slots.get(i), i);
        }
    }

    private static void check(Arguments args, Slot slot, int i) {
        int size = slot.value() == null ? 1 : slot.value().size();
        args.output("value " + i, slot.value(), size);
        args.input("gradient " + i, slot.gradient(), size);
        for (int s = 0; s < slot.state().size(); s++) {
            args.output("state " + s + " of " + i, slot.state().get(s), size);
        }
    }

    @Override
    public void step(Tensor rate, Tensor step) {
        Arguments args = backend.arguments("optimizer step");
        double eta = args.input("rate", rate, 1)[0];
        int t = args.intInput("step", step, 1)[0];
        args.count("the number of the step", t);

        for (int i = 0; i < slots.size(); i++) {
            Slot slot = slots.get(i);
            check(backend.arguments("optimizer step"), slot, i);
            if (spec instanceof OptimizerSpec.Sgd sgd) {
                step(sgd, slot, eta);
            } else if (spec instanceof OptimizerSpec.Adam adam) {
                step(adam, slot, eta, t);
            } else if (spec instanceof OptimizerSpec.RmsProp rmsProp) {
                step(rmsProp, slot, eta);
            } else if (spec instanceof OptimizerSpec.Adagrad adagrad) {
                step(adagrad, slot, eta);
            } else if (spec instanceof OptimizerSpec.Average average) {
                step(average, slot, t);
            }
        }
    }

    private static void step(OptimizerSpec.Sgd rule, Slot slot, double eta) {
        double[] p = floats(slot.value());
        double[] gradient = floats(slot.gradient());
        double[] v = rule.stateCount() == 0 ? null : floats(slot.state().get(0));
        for (int i = 0; i < slot.value().size(); i++) {
            double g = gradient[i] + rule.weightDecay() * p[i];
            if (v == null) {
                p[i] -= eta * g;
            } else {
                v[i] = rule.momentum() * v[i] + g;
                p[i] -= eta * (rule.nesterov() ? g + rule.momentum() * v[i] : v[i]);
            }
        }
    }

    private static void step(OptimizerSpec.Adam rule, Slot slot, double eta, int t) {
        double[] p = floats(slot.value());
        double[] gradient = floats(slot.gradient());
        double[] m = floats(slot.state().get(0));
        double[] v = floats(slot.state().get(1));
        double correction1 = 1 - Math.pow(rule.beta1(), t);
        double correction2 = 1 - Math.pow(rule.beta2(), t);
        for (int i = 0; i < slot.value().size(); i++) {
            double g = gradient[i];
            if (rule.decoupled()) {
                p[i] -= eta * rule.weightDecay() * p[i];
            } else {
                g += rule.weightDecay() * p[i];
            }
            m[i] = rule.beta1() * m[i] + (1 - rule.beta1()) * g;
            v[i] = rule.beta2() * v[i] + (1 - rule.beta2()) * g * g;
            p[i] -= eta / correction1 * m[i] / (Math.sqrt(v[i]) / Math.sqrt(correction2) + rule.epsilon());
        }
    }

    private static void step(OptimizerSpec.RmsProp rule, Slot slot, double eta) {
        double[] p = floats(slot.value());
        double[] gradient = floats(slot.gradient());
        double[] v = floats(slot.state().get(0));
        double[] u = rule.momentum() == 0 ? null : floats(slot.state().get(1));
        for (int i = 0; i < slot.value().size(); i++) {
            double g = gradient[i] + rule.weightDecay() * p[i];
            v[i] = rule.alpha() * v[i] + (1 - rule.alpha()) * g * g;
            double direction = g / (Math.sqrt(v[i]) + rule.epsilon());
            if (u == null) {
                p[i] -= eta * direction;
            } else {
                u[i] = rule.momentum() * u[i] + direction;
                p[i] -= eta * u[i];
            }
        }
    }

    private static void step(OptimizerSpec.Adagrad rule, Slot slot, double eta) {
        double[] p = floats(slot.value());
        double[] gradient = floats(slot.gradient());
        double[] s = floats(slot.state().get(0));
        for (int i = 0; i < slot.value().size(); i++) {
            double g = gradient[i] + rule.weightDecay() * p[i];
            s[i] += g * g;
            p[i] -= eta * g / (Math.sqrt(s[i]) + rule.epsilon());
        }
    }

    private static void step(OptimizerSpec.Average rule, Slot slot, int t) {
        double[] average = floats(slot.value());
        double[] followed = floats(slot.gradient());
        double d = rule.decayAt(t);
        for (int i = 0; i < slot.value().size(); i++) {
            average[i] = d * average[i] + (1 - d) * followed[i];
        }
    }

    private static double[] floats(Tensor tensor) {
        return ((ReferenceStorage) tensor.storage()).floats();
    }

    @Override
    public void close() {}
}
