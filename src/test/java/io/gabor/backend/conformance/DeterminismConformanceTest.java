package io.gabor.backend.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The same bits in every run, whatever the number of threads: all checks of the suite once more, with the backend's own
 * results on one thread as the reference and no difference allowed.
 */
@ExtendWith(ConformanceReport.class)
final class DeterminismConformanceTest {
    @TestFactory
    Stream<DynamicNode> sameBits() {
        return Conformance.forEveryBackend(provider -> Stream.of(1, 2, 3, 4)
                .flatMap(threads -> checks().stream()
                        .map(check -> check.on(
                                provider.name() + " with threads " + threads,
                                () -> Conformance.threads(provider.name(), threads)))));
    }

    private static List<Conformance.Check> checks() {
        List<Conformance.Check> checks = new ArrayList<>(ConvolutionConformanceTest.checks());
        checks.addAll(ConvPoolConformanceTest.checks());
        checks.addAll(DenseConformanceTest.checks());
        checks.addAll(PoolConformanceTest.checks());
        checks.addAll(BatchNormConformanceTest.checks());
        checks.addAll(LayerNormConformanceTest.checks());
        checks.addAll(DropoutConformanceTest.checks());
        checks.addAll(EnlargeConformanceTest.checks());
        checks.addAll(PointwiseConformanceTest.checks());
        checks.addAll(ElementwiseConformanceTest.checks());
        checks.addAll(LossConformanceTest.checks());
        checks.addAll(BatchConformanceTest.checks());
        checks.addAll(AugmentConformanceTest.checks());
        checks.addAll(ClipConformanceTest.checks());
        checks.addAll(OptimizerConformanceTest.checks());
        return checks;
    }
}
