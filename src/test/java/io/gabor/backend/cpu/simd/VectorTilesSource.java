package io.gabor.backend.cpu.simd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes {@code VectorTiles.java}: one method for each shape of register tile, all alike but for the number of rows and
 * columns. Which of them a machine uses is measured ({@link TileChoice}). After a change here run {@link #main} from the
 * project's folder, then {@code mvn spotless:apply}; a test compares.
 */
final class VectorTilesSource {
    static final Path FILE = Path.of("src/main/java/io/gabor/backend/cpu/simd/VectorTiles.java");

    private static final String HEAD = """
            package io.gabor.backend.cpu.simd;

            import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
            import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

            import jdk.incubator.vector.FloatVector;

            /**
             * Register tiles, one method a shape; written by VectorTilesSource in the tests. Each sum is one chain of multiply-adds
             * in the order of the arguments, whatever the shape, so that the choice of shapes changes no bit.
             *
             * <p>{@code multiplyH}: H rows of C by 2 vectors, {@code C[i,·] (+)= Σ over p of a[p·H + i] · b[bRows[p]]}.
             *
             * <p>{@code panelH}: the same for a matrix that lies as it is and rows of b that follow one another,
             * {@code C[i,·] (+)= Σ over p of a[i·aRow + p·aStep] · b[p]}.
             *
             * <p>{@code correlateHxW}: H rows by W columns, each sum a vector: {@code sums[i,j] += Σ over t < run of a[i, t] · b[j, t]}.
             *
             * <p>{@code correlateHTapsQ}: H rows by Q columns of a kernel's row over four pixels a step, for one vector of images each:
             * {@code sums[i,q] += Σ over t, k < 4 of a[i, t, pixel k] · b[t, pixel k + q]}. A vector of b serves up to four columns.
             *
             * <p>{@code transposeN}: a square of N rows and columns, for vectors of N lanes; see VectorTransposition.
             */
            final class VectorTiles {
                private VectorTiles() {}
            """;

    private static final int[] TRANSPOSED_LANES = {4, 8, 16};

    private VectorTilesSource() {}

    public static void main(String[] args) throws IOException {
        Files.writeString(FILE, text());
    }

    static String text() {
        StringBuilder text = new StringBuilder(HEAD);
        for (int height : TileChoice.HEIGHTS) {
            multiply(text, height);
        }
        for (int height : TileChoice.HEIGHTS) {
            panel(text, height);
        }
        for (int height : TileChoice.SIDES) {
            for (int width : TileChoice.SIDES) {
                correlate(text, height, width);
            }
        }
        for (int taps : TileChoice.TAPS) {
            for (int height : TileChoice.TAP_ROWS) {
                correlateTaps(text, height, taps);
            }
        }
        for (int lanes : TRANSPOSED_LANES) {
            transpose(text, lanes);
        }
        return text.append("}\n").toString();
    }

    private static void multiply(StringBuilder text, int height) {
        text.append("\nstatic void multiply" + height + "(int k, float[] a, int aOffset, float[] b, int bOffset,"
                + " int[] bRows, int firstRow, float[] c, int cOffset, int cPitch, boolean add) {\n");
        loadSums(text, height);
        text.append("for (int p = 0; p < k; p++) {\nint bp = bOffset + bRows[firstRow + p];\n"
                + "int ap = aOffset + p * " + height + ";\n");
        addProducts(text, height, "");
        text.append("}\n");
        storeSums(text, height);
    }

    private static void panel(StringBuilder text, int height) {
        text.append("\nstatic void panel" + height + "(int k, float[] a, int aOffset, int aRow, int aStep, float[] b,"
                + " int bOffset, float[] c, int cOffset, int cPitch, boolean add) {\n");
        loadSums(text, height);
        text.append("int ap = aOffset;\nfor (int p = 0; p < k; p++) {\nint bp = bOffset + p * 2 * LANES;\n");
        addProducts(text, height, " * aRow");
        text.append("ap += aStep;\n}\n");
        storeSums(text, height);
    }

    private static void loadSums(StringBuilder text, int height) {
        for (int i = 0; i < height; i++) {
            text.append(i == 0 ? "int c0 = cOffset;\n" : "int c" + i + " = c" + (i - 1) + " + cPitch;\n");
        }
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < 2; j++) {
                text.append("FloatVector s" + i + j + " = add ? FloatVector.fromArray(SPECIES, c, c" + i + at(j)
                        + ") : FloatVector.zero(SPECIES);\n");
            }
        }
    }

    private static void addProducts(StringBuilder text, int height, String rows) {
        text.append("FloatVector left = FloatVector.fromArray(SPECIES, b, bp);\n"
                + "FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);\n");
        for (int i = 0; i < height; i++) {
            text.append("FloatVector a" + i + " = FloatVector.broadcast(SPECIES, a[ap"
                    + (i == 0 ? "" : " + " + i + rows) + "]);\n");
            text.append("s" + i + "0 = a" + i + ".fma(left, s" + i + "0);\n");
            text.append("s" + i + "1 = a" + i + ".fma(right, s" + i + "1);\n");
        }
    }

    private static void storeSums(StringBuilder text, int height) {
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < 2; j++) {
                text.append("s" + i + j + ".intoArray(c, c" + i + at(j) + ");\n");
            }
        }
        text.append("}\n");
    }

    private static void correlate(StringBuilder text, int height, int width) {
        text.append("\nstatic void correlate" + height + "x" + width + "(int run, float[] a, int aOffset,"
                + " int aPitch, float[] b, int bOffset, int[] bColumns, int firstColumn,"
                + " float[] sums, int sumsOffset, int sumsPitch) {\n");
        for (int i = 0; i < height; i++) {
            text.append(i == 0 ? "int r0 = sumsOffset;\n" : "int r" + i + " = r" + (i - 1) + " + sumsPitch;\n");
        }
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                text.append(
                        "FloatVector s" + i + j + " = FloatVector.fromArray(SPECIES, sums, r" + i + lane(j) + ");\n");
            }
        }
        for (int i = 0; i < height; i++) {
            text.append(i == 0 ? "int a0 = aOffset;\n" : "int a" + i + " = a" + (i - 1) + " + aPitch;\n");
        }
        for (int j = 0; j < width; j++) {
            text.append("int b" + j + " = bOffset + bColumns[firstColumn" + (j == 0 ? "" : " + " + j) + "];\n");
        }
        text.append("for (int t = 0; t < run; t += LANES) {\n");
        for (int j = 0; j < width; j++) {
            text.append("FloatVector y" + j + " = FloatVector.fromArray(SPECIES, b, b" + j + " + t);\n");
        }
        for (int i = 0; i < height; i++) {
            text.append("FloatVector x" + i + " = FloatVector.fromArray(SPECIES, a, a" + i + " + t);\n");
            for (int j = 0; j < width; j++) {
                text.append("s" + i + j + " = x" + i + ".fma(y" + j + ", s" + i + j + ");\n");
            }
        }
        text.append("}\n");
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                text.append("s" + i + j + ".intoArray(sums, r" + i + lane(j) + ");\n");
            }
        }
        text.append("}\n");
    }

    private static void correlateTaps(StringBuilder text, int height, int taps) {
        text.append(
                "\nstatic void correlate" + height + "Taps" + taps + "(int steps, float[] a, int aOffset, int aPitch,"
                        + " int[] aSteps, float[] b, int bOffset, int[] bSteps, int firstStep, float[] sums, int sumsOffset,"
                        + " int sumsPitch) {\n");
        for (int i = 0; i < height; i++) {
            text.append(i == 0 ? "int r0 = sumsOffset;\n" : "int r" + i + " = r" + (i - 1) + " + sumsPitch;\n");
        }
        for (int i = 0; i < height; i++) {
            for (int q = 0; q < taps; q++) {
                text.append(
                        "FloatVector s" + i + q + " = FloatVector.fromArray(SPECIES, sums, r" + i + lane(q) + ");\n");
            }
        }
        text.append("for (int t = 0; t < steps; t++) {\nint b0 = bOffset + bSteps[firstStep + t];\n");
        for (int i = 0; i < height; i++) {
            text.append("int a" + i + " = "
                    + (i == 0 ? "aOffset + aSteps[firstStep + t];\n" : "a" + (i - 1) + " + aPitch;\n"));
        }
        for (int k = 0; k < taps - 1; k++) {
            text.append("FloatVector y" + k + " = FloatVector.fromArray(SPECIES, b, b0" + lane(2 * k) + ");\n");
        }
        for (int k = 0; k < TileChoice.TAP_PIXELS; k++) {
            int last = k + taps - 1;
            text.append("FloatVector y" + last + " = FloatVector.fromArray(SPECIES, b, b0" + lane(2 * last) + ");\n");
            for (int i = 0; i < height; i++) {
                String x = "x" + k + i;
                text.append("FloatVector " + x + " = FloatVector.fromArray(SPECIES, a, a" + i + lane(2 * k) + ");\n");
                for (int q = 0; q < taps; q++) {
                    text.append("s" + i + q + " = " + x + ".fma(y" + (k + q) + ", s" + i + q + ");\n");
                }
            }
        }
        text.append("}\n");
        for (int i = 0; i < height; i++) {
            for (int q = 0; q < taps; q++) {
                text.append("s" + i + q + ".intoArray(sums, r" + i + lane(q) + ");\n");
            }
        }
        text.append("}\n");
    }

    private static void transpose(StringBuilder text, int lanes) {
        text.append("\nstatic void transpose" + lanes + "(int last, float[] from, int fromOffset, int fromPitch,"
                + " float[] to, int toOffset, int toPitch) {\n");
        for (int i = 0; i < lanes; i++) {
            text.append("FloatVector a" + i + " = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(" + i
                    + ", last) * fromPitch);\n");
        }
        char before = 'a';
        for (int n = lanes / 2; n > 0; n /= 2, before++) {
            char after = (char) (before + 1);
            String exchange = "VectorTransposition.SWAP_" + n + ")";
            String second = "VectorTransposition.SECOND_" + n + ");\n";
            for (int i = 0; i < lanes; i++) {
                if ((i & n) == 0) {
                    String x = "" + before + i;
                    String y = "" + before + (i + n);
                    text.append("FloatVector " + after + i + " = " + x + ".blend(" + y + ".rearrange(" + exchange + ", "
                            + second);
                    text.append("FloatVector " + after + (i + n) + " = " + x + ".rearrange(" + exchange + ".blend(" + y
                            + ", " + second);
                }
            }
        }
        for (int j = 0; j < lanes; j++) {
            text.append("" + before + j + ".intoArray(to, toOffset + " + j + " * toPitch);\n");
        }
        text.append("}\n");
    }

    private static String at(int half) {
        return half == 0 ? "" : " + LANES";
    }

    private static String lane(int column) {
        return switch (column) {
            case 0 -> "";
            case 1 -> " + LANES";
            default -> " + " + column + " * LANES";
        };
    }
}
