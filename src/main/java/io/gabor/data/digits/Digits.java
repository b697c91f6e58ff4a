package io.gabor.data.digits;

import io.gabor.tensor.Philox;
import java.util.stream.IntStream;

/**
 * Draws handwritten digits: 28×28 pixels, light ink (up to 255) on black (0), framed as MNIST frames them. Image i of a set
 * is a pure function of (seed, set, i), computed with exactly rounded arithmetic and {@link StrictMath} only, so it is the
 * same on every machine and in any order. Nothing of MNIST goes in; see docs/data.md for how well it stands in for it.
 */
public final class Digits {
    private static final long STREAM = 0x4449474954L << 24;

    private Digits() {}

    /**
     * Draws images 0 to {@code labels.length − 1} of a set, on all processors.
     *
     * @param set 0 for training, 1 for testing; sets share no image
     * @param pixels where the images go, {@code M×28×28}
     * @param labels where the digits go, {@code M}
     */
    public static void draw(long seed, int set, byte[] pixels, int[] labels) {
        int image = MnistFrame.SIDE * MnistFrame.SIDE;
        if (pixels.length != (long) labels.length * image) {
            throw new IllegalArgumentException("expected room for " + labels.length + " images of " + image
                    + " pixels, found " + pixels.length + " bytes");
        }
        IntStream.range(0, labels.length).parallel().forEach(i -> {
            Philox random = new Philox(seed, STREAM + ((long) set << 32) + i);
            labels[i] = random.nextInt(10);
            draw(labels[i], random, pixels, i * image);
        });
    }

    private static void draw(int digit, Philox random, byte[] pixels, int offset) {
        Path path = new Glyphs(random).draw(digit);
        new Hand(random).write(path);
        double width = Math.min(Math.max(2.5 * StrictMath.exp(0.3 * random.nextGaussian()), 1.3), 5.5);
        double softness = random.uniform(0.9, 1.3);
        double[] lines = path.lines();
        fit(lines, width);
        float[] box = new float[MnistFrame.BOX * MnistFrame.BOX];
        new Pen(width / 2, softness, random.uniform(0, 0.5), random.uniform(0, StrictMath.PI))
                .draw(lines, box, MnistFrame.BOX, MnistFrame.BOX);
        MnistFrame.place(box, pixels, offset);
    }

    /** Scales lines so that they and the pen's width touch the longer sides of the box, and centres the shorter ones. */
    private static void fit(double[] lines, double width) {
        double minX = Double.POSITIVE_INFINITY;
        double maxX = Double.NEGATIVE_INFINITY;
        double minY = minX;
        double maxY = maxX;
        for (int i = 0; i < lines.length; i += 2) {
            minX = Math.min(minX, lines[i]);
            maxX = Math.max(maxX, lines[i]);
            minY = Math.min(minY, lines[i + 1]);
            maxY = Math.max(maxY, lines[i + 1]);
        }
        double scale = (MnistFrame.BOX - width) / Math.max(maxX - minX, maxY - minY);
        double middle = 0.5 * MnistFrame.BOX;
        for (int i = 0; i < lines.length; i += 2) {
            lines[i] = middle + scale * (lines[i] - 0.5 * (minX + maxX));
            lines[i + 1] = middle + scale * (lines[i + 1] - 0.5 * (minY + maxY));
        }
    }
}
