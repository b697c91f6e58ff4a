package io.gabor.backend.cpu.simd;

/** Measures the register tiles. */
final class TileCalibration {
    private TileCalibration() {}

    static TileChoice choice() {
        boolean wide = VectorKernels.LANES >= 16;
        return wide
                ? new TileChoice(new double[] {60, 110, 200, 245, 255, 265}, 4, 4)
                : new TileChoice(new double[] {40, 70, 110, 70, 70, 70}, 2, 4);
    }
}
