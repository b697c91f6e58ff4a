package io.gabor.backend.conformance;

import io.gabor.tensor.ImageEdit;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Batches of changed images. */
@ExtendWith(ConformanceReport.class)
final class AugmentConformanceTest {
    private static final long SEED = 0xA06;
    private static final int STORED = 23;

    /** What happens to every image of a case. */
    private enum Kind {
        NOTHING,
        /** By whole pixels, far beyond the border, perhaps mirrored. */
        MOVED,
        /** By any map at all. */
        MAPPED,
        BENT,
        LIT,
        CUT,
        BLENDED,
        BOXED,
        ALL
    }

    @TestFactory
    Stream<DynamicNode> images() {
        return Conformance.onEveryBackend(checks());
    }

    static List<Conformance.Check> checks() {
        List<Conformance.Check> checks = new ArrayList<>();
        int[][] images = {{1, 1, 1}, {1, 28, 28}, {3, 5, 7}, {2, 1, 9}, {1, 9, 1}, {3, 32, 32}, {2, 2, 2}};
        for (Kind kind : Kind.values()) {
            for (int[] image : images) {
                for (boolean bytes : new boolean[] {true, false}) {
                    for (int n : new int[] {1, 13}) {
                        checks.add(new Conformance.Check(
                                kind + " " + n + " " + (bytes ? "U8 " : "F32 ") + Shape.of(image),
                                pair -> check(pair, kind, n, Shape.of(image), bytes)));
                    }
                }
            }
        }
        for (int width : new int[] {1, 10, 1000}) {
            for (int n : new int[] {1, 13}) {
                checks.add(new Conformance.Check("targets " + n + "×" + width, pair -> checkTargets(pair, n, width)));
            }
        }
        return checks;
    }

    private static void checkTargets(BackendPair pair, int n, int width) {
        try (Trial trial = new Trial(pair, SEED + n)) {
            Operand target = trial.input("target", trial.uniform(n * width, -1, 1), (n + 1) * width);
            int[] rows = edits(trial.random(), Kind.BLENDED, n, Shape.of(1, 4, 4), ImageEdit.WIDTH);
            for (int i = 0; i < n; i++) {
                rows[i * ImageEdit.WIDTH + ImageEdit.SHARE] = trial.random().nextInt(ImageEdit.ONE + 1);
            }
            Operand edits = trial.exactInput("edits", rows);
            Operand out = trial.output("out", n * width, (n + 1) * width);
            trial.run(
                    "mixTargets",
                    on -> on.backend()
                            .mixTargets(
                                    n,
                                    width,
                                    on.of(target),
                                    on.of(edits).reshaped(Shape.of(n + 1, ImageEdit.WIDTH)),
                                    on.of(out)));
        }
    }

    private static void check(BackendPair pair, Kind kind, int n, Shape image, boolean bytes) {
        try (Trial trial = new Trial(pair, SEED + n + 100L * kind.ordinal())) {
            Operand samples = bytes
                    ? trial.input("samples", bytes(trial.random(), STORED * image.size()), image.batched(STORED))
                    : trial.input("samples", trial.uniform(STORED * image.size(), -1, 2), image.batched(STORED));
            Operand order = trial.exactInput("order", trial.integers(7 + n, STORED));
            Operand cursor = trial.input("cursor", new int[] {7});
            int width = kind == Kind.BENT || kind == Kind.ALL ? ImageEdit.ELASTIC_WIDTH : ImageEdit.WIDTH;
            Operand edits = trial.exactInput("edits", edits(trial.random(), kind, n, image, width));
            Operand scale = trial.input("scale", trial.uniform(image.dim(0), 0.5 / 255, 2.0 / 255));
            // away from 0, so that a batch of padding and cuts alone still has a norm
            Operand shift = trial.input("shift", trial.uniform(image.dim(0), 0.25, 0.5));
            Operand out = trial.output("out", n * image.size(), (n + 2) * image.size());
            trial.run(
                    "augment",
                    on -> on.backend()
                            .augment(
                                    n,
                                    on.of(samples),
                                    on.of(order),
                                    on.of(cursor),
                                    on.of(edits).reshaped(Shape.of(n + 1, width)),
                                    on.of(scale),
                                    on.of(shift),
                                    on.of(out)));
        }
    }

    private static byte[] bytes(Philox random, int count) {
        byte[] pixels = new byte[count];
        for (int i = 0; i < count; i++) {
            pixels[i] = (byte) random.nextInt(256);
        }
        return pixels;
    }

    /** One row more than images, which nobody may read. */
    private static int[] edits(Philox random, Kind kind, int n, Shape image, int width) {
        int[] rows = new int[(n + 1) * width];
        for (int i = 0; i < n; i++) {
            int at = i * width;
            ImageEdit.clear(rows, at, i, width);
            rows[at + ImageEdit.PADDING] = random.nextInt(2);
            if (kind == Kind.MOVED) {
                move(random, image, rows, at);
            }
            if (kind == Kind.MAPPED || kind == Kind.ALL) {
                for (int k = 0; k < 6; k++) {
                    int most = k % 3 == 2 ? image.dim(2) * ImageEdit.ONE : 2 * ImageEdit.ONE;
                    rows[at + ImageEdit.MAP + k] = random.nextInt(2 * most + 1) - most;
                }
            }
            for (int k = ImageEdit.FIELD; k < width; k++) {
                rows[at + k] = random.nextInt(6 * ImageEdit.ONE) - 3 * ImageEdit.ONE;
            }
            if (kind == Kind.LIT || kind == Kind.ALL) {
                rows[at + ImageEdit.GAIN] = ImageEdit.ONE / 2 + random.nextInt(ImageEdit.ONE);
                rows[at + ImageEdit.GAIN + 1] = random.nextInt(50 * ImageEdit.ONE);
            }
            if (kind == Kind.CUT || kind == Kind.ALL) {
                box(random, image, rows, at + ImageEdit.CUT);
            }
            if (kind == Kind.BOXED || kind == Kind.BLENDED || kind == Kind.ALL) {
                rows[at + ImageEdit.PARTNER] = random.nextInt(n);
            }
            if (kind == Kind.BLENDED || kind == Kind.ALL) {
                rows[at + ImageEdit.BLEND] = i == 0 ? 0 : random.nextInt(ImageEdit.ONE + 1);
            }
            if (kind == Kind.BOXED || kind == Kind.ALL) {
                box(random, image, rows, at + ImageEdit.BOX);
            }
        }
        return rows;
    }

    private static void move(Philox random, Shape image, int[] rows, int at) {
        int far = 3 * Math.max(image.dim(1), image.dim(2));
        rows[at + ImageEdit.MAP] = random.nextInt(2) == 0 ? ImageEdit.ONE : -ImageEdit.ONE;
        for (int k = 2; k < 6; k += 3) {
            rows[at + ImageEdit.MAP + k] = (random.nextInt(2 * far + 1) - far) * ImageEdit.ONE;
        }
    }

    /** A box that may be empty, or reach beyond the image. */
    private static void box(Philox random, Shape image, int[] rows, int at) {
        for (int k = 0; k < 4; k++) {
            rows[at + k] = random.nextInt(image.dim(k % 2 == 0 ? 2 : 1) + 3) - 1;
        }
    }
}
