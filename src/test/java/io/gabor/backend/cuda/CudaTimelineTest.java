package io.gabor.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendException;
import io.gabor.backend.Timeline;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events as marks, in a queue and in a recorded step. */
class CudaTimelineTest {
    private static final int COUNT = 100_000;

    private Backend backend;
    private Tensor a;

    @BeforeEach
    void open() {
        backend = OpenCuda.backend();
        a = backend.allocate(Shape.of(COUNT));
    }

    @AfterEach
    void close() {
        if (backend != null) {
            backend.close();
        }
    }

    @Test
    void tellsTheTimeBetweenMarks() {
        try (Timeline timeline = backend.timeline(3)) {
            assertTrue(timeline.onDevice());
            timeline.mark(0);
            backend.add(COUNT, a, a, a);
            timeline.mark(1);
            backend.add(COUNT, a, a, a);
            timeline.mark(2);
            double first = timeline.seconds(0, 1);
            double second = timeline.seconds(1, 2);
            double both = timeline.seconds(0, 2);
            assertTrue(first > 0 && second > 0, first + " " + second);
            // the driver's resolution is half a microsecond; a float has 24 bits
            assertEquals(both, first + second, 2e-6 + 1e-6 * both);
            assertEquals(-both, timeline.seconds(2, 0), 1e-6 * both);
        }
    }

    /** Each launch of the graph stamps the marks anew. */
    @Test
    void marksInARecordedStep() {
        try (Timeline timeline = backend.timeline(3)) {
            timeline.mark(2);
            Runnable step = () -> {
                timeline.mark(0);
                backend.add(COUNT, a, a, a);
                timeline.mark(1);
            };
            Runnable recorded = backend.record(step);
            assertTrue(recorded != step, "a step with marks is recorded as one without");
            recorded.run();
            double before = timeline.seconds(2, 0);
            assertTrue(timeline.seconds(0, 1) > 0);
            recorded.run();
            assertTrue(timeline.seconds(2, 0) > before, "the second launch is later than the first");
            assertTrue(timeline.seconds(0, 1) > 0);
        }
    }

    @Test
    void refusesWhatItCannotTell() {
        Timeline timeline = backend.timeline(2);
        timeline.mark(0);
        assertTrue(assertThrows(IllegalStateException.class, () -> timeline.seconds(0, 1))
                .getMessage()
                .contains("mark 1 has not been set"));
        assertThrows(IllegalArgumentException.class, () -> backend.timeline(0));
        // recorded and not launched: the event has no time yet
        backend.record(() -> timeline.mark(1));
        assertThrows(BackendException.class, () -> timeline.seconds(0, 1));
        timeline.close();
        timeline.close();
        assertThrows(IllegalStateException.class, () -> timeline.mark(0));
        assertThrows(IllegalStateException.class, () -> timeline.seconds(0, 0));
        Timeline open = backend.timeline(1);
        backend.close();
        assertThrows(IllegalStateException.class, () -> open.mark(0));
        assertThrows(IllegalStateException.class, () -> backend.timeline(1));
        open.close();
    }
}
