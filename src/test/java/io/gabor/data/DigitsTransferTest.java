package io.gabor.data;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/**
 * Digits are a stand-in for MNIST only if what is learned from them works there. Checked with the nearest neighbour, which
 * has no parameters; docs/data.md has the figures of a net.
 */
class DigitsTransferTest {
    @Test
    void theNearestDrawnDigitTellsWhatAnImageShows() {
        Dataset drawn = Datasets.digits(Split.TRAIN, 6000, 1);
        Dataset asked = TestData.test(500);
        int right = 0;
        for (int i = 0; i < asked.size(); i++) {
            right += nearest(drawn, asked.bytes(), i * 784) == asked.labels()[i] ? 1 : 0;
        }
        double accuracy = (double) right / asked.size();
        System.out.println("nearest of 6,000 digits, 500 images of " + asked.name() + ": " + accuracy);
        assertTrue(accuracy > 0.8, "nearest neighbour of " + drawn.name() + " on " + asked.name() + ": " + accuracy);
    }

    private static int nearest(Dataset set, byte[] image, int offset) {
        byte[] pixels = set.bytes();
        int best = Integer.MAX_VALUE;
        int label = -1;
        for (int i = 0; i < set.size(); i++) {
            int distance = 0;
            for (int k = 0; k < 784; k++) {
                int d = (pixels[i * 784 + k] & 0xFF) - (image[offset + k] & 0xFF);
                distance += d * d;
            }
            if (distance < best) {
                best = distance;
                label = set.labels()[i];
            }
        }
        return label;
    }
}
