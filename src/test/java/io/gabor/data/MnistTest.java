package io.gabor.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gabor.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The data that the other tests learn from: real MNIST where it is, and otherwise digits. */
class MnistTest {
    @Test
    void hasTheShapeThatIsPromised() {
        for (Dataset set : new Dataset[] {TestData.train(1000), TestData.test(500)}) {
            assertEquals(Shape.of(1, 28, 28), set.sampleShape());
            assertEquals(10, set.classes());
            int[] count = new int[10];
            for (int label : set.labels()) {
                count[label]++;
            }
            assertTrue(Arrays.stream(count).min().orElseThrow() >= set.size() / 20, Arrays.toString(count));
        }
        assertEquals(1000, TestData.train(1000).size());
        assertEquals(500, TestData.test(500).size());
    }

    @Test
    void realMnistIsWhatItShouldBe() {
        assumeTrue(TestData.isMnist(), "needs MNIST in GABOR_DATA");
        Dataset train = TestData.train(60_000);
        assertEquals(60_000, train.size());
        assertEquals(10_000, TestData.test(10_000).size());
        assertArrayEquals(new int[] {5, 0, 4, 1, 9, 2, 1, 3, 1, 4}, Arrays.copyOf(train.labels(), 10));
        Path folder = Path.of(System.getenv("GABOR_DATA"), "mnist");
        for (RemoteFile file : Catalog.ENTRIES.get(0).files()) {
            if (Files.exists(folder.resolve(file.name()))) {
                assertNull(file.digest().mismatch(folder.resolve(file.name())), file.name());
            }
        }
    }
}
