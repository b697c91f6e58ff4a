package io.gabor.backend.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * No op of the seam without a case on every backend that ran. Ordered last by {@code junit-platform.properties}
 * ({@link ClassOrderer.OrderAnnotation}); says nothing where only a part of the suite was asked for.
 */
@Order(Integer.MAX_VALUE)
@ExtendWith(ConformanceReport.class)
final class CoverageConformanceTest {
    private static final Set<String> FAMILIES = Stream.of(
                    ConvolutionConformanceTest.class,
                    ConvPoolConformanceTest.class,
                    DenseConformanceTest.class,
                    PoolConformanceTest.class,
                    BatchNormConformanceTest.class,
                    LayerNormConformanceTest.class,
                    DropoutConformanceTest.class,
                    EnlargeConformanceTest.class,
                    PointwiseConformanceTest.class,
                    ElementwiseConformanceTest.class,
                    LossConformanceTest.class,
                    BatchConformanceTest.class,
                    AugmentConformanceTest.class,
                    ClipConformanceTest.class,
                    OptimizerConformanceTest.class,
                    MemoryConformanceTest.class)
            .map(Class::getSimpleName)
            .collect(Collectors.toSet());

    @Test
    void everyOpWasChecked() {
        assumeTrue(ConformanceReport.started().containsAll(FAMILIES), "only a part of the suite runs");
        assertEquals(List.of(), Coverage.OF_THIS_RUN.gaps());
    }
}
