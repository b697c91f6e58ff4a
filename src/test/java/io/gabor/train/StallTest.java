package io.gabor.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.data.DataOptions;
import io.gabor.data.Dataset;
import io.gabor.data.Datasets;
import io.gabor.data.DownloadProgress;
import io.gabor.data.Split;
import io.gabor.model.Models;
import io.gabor.nn.Dense;
import io.gabor.nn.Flatten;
import io.gabor.nn.Initializer;
import io.gabor.nn.Layer;
import io.gabor.nn.Network;
import io.gabor.nn.ReLU;
import io.gabor.nn.Sequential;
import io.gabor.nn.Sigmoid;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.nn.Tanh;
import io.gabor.optim.Adam;
import io.gabor.optim.Optimizer;
import io.gabor.optim.Sgd;
import io.gabor.train.HealthWarning.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Nets that stall or blow up as nets do, on the built-in digits: what a learner is told. */
final class StallTest {
    private static final int STEPS = 40;

    /** Trains until the steps are done or the numbers are no longer finite. */
    private static List<HealthWarning> train(Layer layers, Optimizer optimizer) {
        Dataset data = Datasets.open("digits", DataOptions.DEFAULT, DownloadProgress.NONE)
                .load(Split.TRAIN)
                .first(32 * STEPS);
        List<HealthWarning> warnings = new ArrayList<>();
        try (Backend backend = EachBackend.fastest();
                Network network = Network.training(layers, data.sampleShape(), backend, 32, 1)) {
            Trainer trainer = new Trainer(network, new SoftmaxCrossEntropy(), optimizer)
                    .watch(10)
                    .callback(new Callback() {
                        @Override
                        public void onHealth(Health health) {
                            warnings.addAll(health.warnings());
                        }
                    });
            try {
                trainer.train(data);
            } catch (NonFiniteException e) {
                // that is what was warned of
            }
        }
        return warnings;
    }

    private static Layer deep(int hidden, Supplier<Layer> activation, Initializer weights) {
        List<Layer> layers = new ArrayList<>(List.of(new Flatten()));
        for (int i = 0; i < hidden; i++) {
            layers.add(new Dense(32).init(weights, Initializer.ZEROS));
            layers.add(activation.get());
        }
        layers.add(new Dense(10));
        return new Sequential(layers);
    }

    private static HealthWarning only(Kind kind, List<HealthWarning> warnings) {
        List<HealthWarning> found =
                warnings.stream().filter(w -> w.kind() == kind).toList();
        assertTrue(found.size() >= 1, kind + " among " + warnings);
        return found.get(0);
    }

    private static void says(HealthWarning warning, String layer, String... words) {
        assertEquals(layer, warning.layer(), warning.toString());
        for (String word : words) {
            assertTrue(warning.text().contains(word), warning.text());
        }
    }

    @Test
    void aDeepNetOfSigmoidsStalls() {
        List<HealthWarning> warnings = train(deep(8, Sigmoid::new, Initializer.HE_UNIFORM), new Sgd(0.1));
        HealthWarning vanishing = only(Kind.VANISHING_GRADIENT, warnings);
        says(vanishing, "dense1", "gradients vanish", "than at dense9, the last layer", "ReLU instead of sigmoid");
        assertTrue(vanishing.factor() > 1000, vanishing.toString());
        assertEquals(2, vanishing.step());
    }

    @Test
    void aTanhNetWithLargeWeightsIsSaturated() {
        List<HealthWarning> warnings = train(deep(4, Tanh::new, Initializer.STANDARD_NORMAL), new Sgd(0.01));
        HealthWarning saturated = only(Kind.SATURATION, warnings);
        assertTrue(saturated.factor() > 0.5 && saturated.factor() <= 1, saturated.toString());
        says(saturated, saturated.layer(), "at the flat ends of its tanh", "glorot-uniform", "more layers");
    }

    @Test
    void aTanhNetWithSmallWeightsStalls() {
        List<HealthWarning> warnings = train(deep(6, Tanh::new, Initializer.normal(0.01)), new Sgd(0.01));
        HealthWarning vanishing = only(Kind.VANISHING_GRADIENT, warnings);
        says(vanishing, "dense1", "gradients vanish", "glorot-uniform for tanh");
        assertTrue(vanishing.factor() > 10_000, vanishing.toString());
        says(only(Kind.SMALL_UPDATE, warnings), "dense5", "the steps are too small", "a larger learning rate");
    }

    @Test
    void lenetBlowsUpAtTooHighARate() {
        List<HealthWarning> warnings = train(Models.byName("lenet").layers(10), new Adam(0.1));
        HealthWarning large = only(Kind.LARGE_UPDATE, warnings);
        says(large, "dense1", "the steps are too large", "a smaller learning rate", "about 0.001 is usual");
        assertEquals(1, large.step());
        assertTrue(large.factor() > 1, large.toString());
        says(only(Kind.DEAD_UNITS, warnings), "conv2", "are dead", "a smaller learning rate");
    }

    @Test
    void aDeepNetWithLargeWeightsExplodes() {
        List<HealthWarning> warnings = train(deep(8, ReLU::new, Initializer.STANDARD_NORMAL), new Sgd(1e-8));
        HealthWarning exploding = only(Kind.EXPLODING_GRADIENT, warnings);
        says(exploding, "dense1", "explode on their way to the input", "than at dense9, the last layer", "clip-norm");
        assertTrue(exploding.factor() > 10_000, exploding.toString());
    }

    @Test
    void aHealthyRunIsNotWarnedOf() {
        assertEquals(List.of(), train(Models.byName("lenet").layers(10), new Adam(0.001)));
    }
}
