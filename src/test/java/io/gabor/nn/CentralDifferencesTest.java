package io.gabor.nn;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** The check itself must see a wrong gradient. */
final class CentralDifferencesTest {
    private double[] at = {1, -2, 3};
    private final DoubleSupplier cubes = () -> at[0] * at[0] * at[0] + at[1] * at[1] * at[1] + at[2];

    private void check(double... gradient) {
        CentralDifferences.check("f", at.clone(), values -> at = values.clone(), cubes, gradient);
    }

    @Test
    void acceptsTheRightGradient() {
        assertDoesNotThrow(() -> check(3, 12, 1));
    }

    @Test
    void seesOneWrongElement() {
        AssertionError error = assertThrows(AssertionError.class, () -> check(3, 12.1, 1));
        assertTrue(error.getMessage().contains("of f at 1 of 3"), error.getMessage());
    }

    @Test
    void seesAnElementThatWasNeverWritten() {
        assertThrows(AssertionError.class, () -> check(3, 12, Double.NaN));
    }
}
