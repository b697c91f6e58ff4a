package io.gabor.backend.cpu.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With made-up speeds and a clock that every turn moves on by as much: nothing here depends on this machine. */
class TileCalibrationTest {
    /** Of the heights 1 to 12, of 2×2 to 4×4, of the loop. */
    private static final double[] SOUND = {27, 60, 71, 74, 102, 105, 40, 50, 55, 70, 116};

    private static final String BEST = "12×2 and 4×4";

    @TempDir
    private Path folder;

    private long now;
    private int turns;

    @BeforeEach
    void theVectorApiIsThere() {
        assumeTrue(KernelSelection.reason().isEmpty(), "the scalar twin has no tiles");
    }

    private TileCache cache() {
        return new TileCache(folder, "key");
    }

    private TileCalibration calibration(IntToDoubleFunction speeds) {
        return new TileCalibration(
                shape -> {
                    now += 50_000;
                    turns++;
                    return speeds.applyAsDouble(shape);
                },
                () -> {
                    now += 1000;
                    return now;
                },
                () -> now += 5_000_000);
    }

    private static double[] with(int shape, double speed) {
        double[] speeds = SOUND.clone();
        speeds[shape] = speed;
        return speeds;
    }

    private void isNotBelieved(IntToDoubleFunction speeds) {
        assertEquals(
                TileChoice.usual().toString(),
                calibration(speeds).choice(cache()).toString());
        assertTrue(cache().read().isEmpty(), "must not be kept");
    }

    @Test
    void soundSpeedsMakeTheChoiceAndAreKept() {
        TileChoice choice = calibration(shape -> SOUND[shape]).choice(cache());
        assertEquals(BEST, choice.toString());
        assertArrayEquals(choice.heightSpeeds(), cache().read().orElseThrow().heightSpeeds());
        int before = turns;
        assertEquals(BEST, calibration(shape -> SOUND[shape]).choice(cache()).toString());
        assertEquals(before, turns, "what is kept is not measured again");
    }

    @Test
    void disturbedTurnsDoNotCount() {
        TileChoice choice = calibration(shape -> SOUND[shape] * (turns % 7 < 5 ? 0.1 * (turns % 7) : 1))
                .choice(cache());
        assertEquals(BEST, choice.toString());
        assertTrue(cache().read().isPresent());
    }

    @Test
    void whatIsCompiledLateIsWaitedFor() {
        TileChoice choice = calibration(shape -> SOUND[shape] * (shape == 5 && turns < 3000 ? 1e-3 : 1))
                .choice(cache());
        assertEquals(BEST, choice.toString());
        assertTrue(turns > 3000);
    }

    @Test
    void whatIsNeverCompiledIsNotBelieved() {
        for (int shape = 0; shape < TileSpeeds.COUNT; shape++) {
            double[] speeds = with(shape, 0.05);
            isNotBelieved(i -> speeds[i]);
        }
    }

    @Test
    void speedsOfNothingCompiledFitTogetherAndAreNotBelieved() {
        isNotBelieved(shape -> SOUND[shape] / 400);
    }

    @Test
    void slowTilesBesideAFastLoopAreNotBelieved() {
        isNotBelieved(shape -> shape == TileSpeeds.LOOP ? SOUND[shape] : SOUND[shape] / 2);
    }

    @Test
    void speedsThatDoNotRepeatAreNotBelieved() {
        isNotBelieved(shape -> shape == 1 && turns == 200 ? 90 : SOUND[shape]);
    }

    @Test
    void aTileFasterThanTheLoopIsNotBelieved() {
        isNotBelieved(shape -> with(5, 140)[shape]);
    }

    @Test
    void aShapeThatThisJvmCompilesBadlyIsBelieved() {
        double[] speeds = with(5, 30);
        assertEquals(
                "8×2 and 4×4",
                calibration(shape -> speeds[shape]).choice(cache()).toString());
        assertTrue(cache().read().isPresent());
    }

    @Test
    void whileAnotherMeasuresNobodyDoes() {
        try (TileLock other = cache().lock()) {
            assertTrue(other.free());
            TileChoice choice = calibration(shape -> SOUND[shape]).choice(cache());
            assertEquals(TileChoice.usual().toString(), choice.toString());
            assertEquals(0, turns);
        }
        try (TileLock next = cache().lock()) {
            assertTrue(next.free(), "closing frees the lock");
        }
    }

    @Test
    void whatTheOtherKeepsIsTaken() {
        try (TileLock other = cache().lock()) {
            cache().write(new TileChoice(new double[] {1, 2, 3, 2, 1, 1}, 2, 4));
            assertEquals(
                    "4×2 and 2×4",
                    calibration(shape -> SOUND[shape]).choice(cache()).toString());
            assertEquals(0, turns);
            assertTrue(other.free());
        }
    }

    @Test
    void withoutAFolderThereIsNothingToWaitFor() throws IOException {
        Path blocked = Files.writeString(folder.resolve("file"), "in the way");
        TileCache cache = new TileCache(blocked, "key");
        assertEquals(BEST, calibration(shape -> SOUND[shape]).choice(cache).toString());
        assertFalse(Files.isDirectory(blocked));
    }
}
