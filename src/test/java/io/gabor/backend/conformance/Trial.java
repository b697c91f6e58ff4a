package io.gabor.backend.conformance;

import io.gabor.backend.Backend;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One case of the suite: an op, run on the backend under test and on the reference with the same arguments.
 *
 * <ul>
 *   <li>Every tensor is longer than what the op needs. Behind the inputs' used elements are NaNs, on which no result may
 *       depend; behind the outputs' are numbers, which must stay.
 *   <li>The elements that the op shall write are NaN before it, so that one left out shows.
 *   <li>{@link #check} demands that inputs are unchanged to the bit and that ‖out − ref‖ ≤ {@link BackendPair#bound}·‖ref‖.
 * </ul>
 */
final class Trial implements AutoCloseable {
    /** How many elements each tensor has behind the last that any op may use. */
    private static final int GUARD = 5;

    private static final float SENTINEL = -98765.4375f;
    private static final int INT_SENTINEL = 0x5EED5EED;
    private static final int INT_POISON = 0x7BADF00D;

    private final BackendPair pair;
    private final Philox random;
    private final Side onReference;
    private final Side onTested;
    private final List<Operand> operands = new ArrayList<>();
    private final List<AutoCloseable> planned = new ArrayList<>();
    private boolean nanExpected;
    private int guard = GUARD;

    Trial(BackendPair pair, long seed) {
        this.pair = pair;
        this.random = new Philox(seed, 0);
        this.onReference = new Side(pair.reference(), false);
        this.onTested = new Side(pair.tested(), true);
    }

    /** One of the two backends, with its half of every operand and planned op. */
    static final class Side {
        private final Backend backend;
        private final boolean isTested;

        private Side(Backend backend, boolean isTested) {
            this.backend = backend;
            this.isTested = isTested;
        }

        Backend backend() {
            return backend;
        }

        /** Returns this side's tensor; null for null. */
        Tensor of(Operand operand) {
            return operand == null ? null : isTested ? operand.tested : operand.reference;
        }

        <T> T of(Planned<T> op) {
            return isTested ? op.tested : op.reference;
        }
    }

    /** An op planned on both backends. */
    record Planned<T>(T reference, T tested) {}

    // ---- random numbers
    // -----------------------------------------------------------------------------------------------

    Philox random() {
        return random;
    }

    /** Returns uniform floats in [low, high). */
    float[] uniform(int count, double low, double high) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.uniform(low, high);
        }
        return values;
    }

    /** Returns uniform integers in [low, high], as floats: all sums and comparisons of them are exact. */
    float[] whole(int count, int low, int high) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = low + random.nextInt(high - low + 1);
        }
        return values;
    }

    /** Returns uniform integers in [0, bound). */
    int[] integers(int count, int bound) {
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(bound);
        }
        return values;
    }

    // ---- operands
    // -----------------------------------------------------------------------------------------------------

    /**
     * Makes the tensors from here on exactly as long as their capacity, with nothing behind: a backend may keep a batch that
     * fills its tensors in another layout.
     */
    void withoutGuard() {
        guard = 0;
    }

    /** Declares that the reference's results hold NaNs; the tested backend must have them in the same places. */
    void expectNan() {
        nanExpected = true;
    }

    /** Makes an F32 input of these values. */
    Operand input(String name, float[] values) {
        return input(name, values, Shape.of(values.length + guard));
    }

    /** Makes an F32 input of these values in a tensor for {@code capacity} of them. */
    Operand input(String name, float[] values, int capacity) {
        return input(name, values, Shape.of(capacity + guard));
    }

    /** Makes an F32 input of exactly this shape, for ops that read the shape. */
    Operand input(String name, float[] values, Shape shape) {
        Operand operand = operand(name, ElementType.F32, shape, values.length, Operand.Role.INPUT);
        operand.floats = padded(values, shape.size(), Float.NaN);
        upload(operand);
        return operand;
    }

    /** Makes an I32 input of these values. */
    Operand input(String name, int[] values) {
        return input(name, values, values.length);
    }

    /** Makes an I32 input of these values in a tensor for {@code capacity} of them. */
    Operand input(String name, int[] values, int capacity) {
        Shape shape = Shape.of(capacity + guard);
        Operand operand = operand(name, ElementType.I32, shape, values.length, Operand.Role.INPUT);
        operand.ints = padded(values, shape.size());
        upload(operand);
        return operand;
    }

    /** Makes an I32 input of exactly these values, for ops that read the tensor's length. */
    Operand exactInput(String name, int[] values) {
        Operand operand = operand(name, ElementType.I32, Shape.of(values.length), values.length, Operand.Role.INPUT);
        operand.ints = values.clone();
        upload(operand);
        return operand;
    }

    /** Makes a U8 input of exactly this shape. */
    Operand input(String name, byte[] values, Shape shape) {
        Operand operand = operand(name, ElementType.U8, shape, values.length, Operand.Role.INPUT);
        pair.reference().upload(values, values.length, operand.reference);
        pair.tested().upload(values, values.length, operand.tested);
        return operand;
    }

    /** Makes an F32 output of which the op shall write the first {@code written} elements. */
    Operand output(String name, int written, int capacity) {
        Shape shape = Shape.of(capacity + guard);
        Operand operand = operand(name, ElementType.F32, shape, written, Operand.Role.OUTPUT);
        operand.floats = padded(new float[0], shape.size(), SENTINEL);
        Arrays.fill(operand.floats, 0, written, nanExpected ? Float.MAX_VALUE : Float.NaN);
        upload(operand);
        return operand;
    }

    /** Makes an I32 output of which the op shall write the first {@code written} elements. */
    Operand intOutput(String name, int written, int capacity) {
        Shape shape = Shape.of(capacity + guard);
        Operand operand = operand(name, ElementType.I32, shape, written, Operand.Role.OUTPUT);
        operand.ints = padded(new int[0], shape.size());
        Arrays.fill(operand.ints, 0, written, INT_POISON);
        upload(operand);
        return operand;
    }

    /** Makes an F32 tensor that the op reads and changes. */
    Operand updated(String name, float[] values) {
        Shape shape = Shape.of(values.length + guard);
        Operand operand = operand(name, ElementType.F32, shape, values.length, Operand.Role.UPDATED);
        operand.floats = padded(values, shape.size(), SENTINEL);
        upload(operand);
        return operand;
    }

    /** Makes an F32 tensor of exactly these values that the op reads and changes. */
    Operand exactUpdated(String name, float[] values) {
        Operand operand = operand(name, ElementType.F32, Shape.of(values.length), values.length, Operand.Role.UPDATED);
        operand.floats = values.clone();
        upload(operand);
        return operand;
    }

    /** Makes an I32 tensor that the op reads and changes. */
    Operand updated(String name, int[] values) {
        Shape shape = Shape.of(values.length + guard);
        Operand operand = operand(name, ElementType.I32, shape, values.length, Operand.Role.UPDATED);
        operand.ints = padded(values, shape.size());
        upload(operand);
        return operand;
    }

    private Operand operand(String name, ElementType type, Shape shape, int used, Operand.Role role) {
        Operand operand = new Operand(name, type, shape, pair);
        operand.used = used;
        operand.role = role;
        operands.add(operand);
        return operand;
    }

    private static float[] padded(float[] values, int length, float padding) {
        float[] result = Arrays.copyOf(values, length);
        Arrays.fill(result, values.length, length, padding);
        return result;
    }

    private static int[] padded(int[] values, int length) {
        int[] result = Arrays.copyOf(values, length);
        Arrays.fill(result, values.length, length, INT_SENTINEL);
        return result;
    }

    private void upload(Operand operand) {
        for (Side side : List.of(onReference, onTested)) {
            if (operand.type == ElementType.F32) {
                side.backend.upload(operand.floats, operand.floats.length, side.of(operand));
            } else {
                side.backend.upload(operand.ints, operand.ints.length, side.of(operand));
            }
        }
    }

    /** Gives an F32 input other values, as many as it had. */
    void set(Operand operand, float[] values) {
        System.arraycopy(values, 0, operand.floats, 0, operand.used);
        upload(operand);
    }

    /** Gives an I32 input other values, as many as it had. */
    void set(Operand operand, int[] values) {
        System.arraycopy(values, 0, operand.ints, 0, operand.used);
        upload(operand);
    }

    /**
     * Makes an F32 output that has been checked an input of what follows: both backends get the reference's numbers,
     * rounded to float, so that a later decision such as {@code y > 0} cannot differ by rounding.
     */
    void share(Operand output) {
        double[] numbers = new double[output.shape.size()];
        pair.reference().download(output.reference, numbers, numbers.length);
        for (int i = 0; i < numbers.length; i++) {
            output.floats[i] = i < output.used ? (float) numbers[i] : Float.NaN;
        }
        output.role = Operand.Role.INPUT;
        upload(output);
    }

    // ---- running and checking
    // -------------------------------------------------------------------------------------------

    /** Plans an op on both backends; closed with the trial. */
    <T extends AutoCloseable> Planned<T> plan(Function<Backend, T> plan) {
        return planOn(side -> plan.apply(side.backend));
    }

    /** As {@link #plan}, for ops that are planned with tensors. */
    <T extends AutoCloseable> Planned<T> planOn(Function<Side, T> plan) {
        Planned<T> result = new Planned<>(plan.apply(onReference), plan.apply(onTested));
        planned.add(result.reference);
        planned.add(result.tested);
        return result;
    }

    /** Does the same on both backends. */
    void run(Consumer<Side> action) {
        action.accept(onReference);
        action.accept(onTested);
    }

    /** Runs an op once on both backends and checks every operand. */
    void run(String op, Consumer<Side> action) {
        run(action);
        check(op);
    }

    /**
     * Compares all operands and counts one case of the op.
     *
     * @throws AssertionError if the tested backend left the contract
     */
    void check(String op) {
        double worst = 0;
        for (Operand operand : operands) {
            if (operand.type != ElementType.U8) {
                worst = Math.max(
                        worst, operand.type == ElementType.F32 ? checkFloats(op, operand) : checkInts(op, operand));
            }
        }
        pair.coverage().count(pair.tested().name(), op, worst);
    }

    private double checkFloats(String op, Operand operand) {
        double[] expected = new double[operand.shape.size()];
        float[] found = new float[operand.shape.size()];
        pair.reference().download(operand.reference, expected, expected.length);
        pair.tested().download(operand.tested, found, found.length);
        for (int i = operand.role == Operand.Role.INPUT ? 0 : operand.used; i < found.length; i++) {
            String what = i < operand.used
                    ? "the input was changed"
                    : "the op wrote behind its " + operand.used + " elements";
            same(op, operand, i, what, operand.floats[i], (float) expected[i], "reference");
            same(
                    op,
                    operand,
                    i,
                    what,
                    operand.floats[i],
                    found[i],
                    pair.tested().name());
        }
        return operand.role == Operand.Role.INPUT ? 0 : distance(op, operand, expected, found);
    }

    private static void same(
            String op, Operand operand, int i, String what, float before, float after, String backend) {
        if (Float.floatToIntBits(before) != Float.floatToIntBits(after)) {
            throw failure(op, operand, i, what + ": it was " + before + " and is " + after + " on " + backend);
        }
    }

    private double distance(String op, Operand operand, double[] expected, float[] found) {
        if (pair.bound() == 0) {
            // two runs of one backend: compare what it answers in float
            Arrays.setAll(expected, i -> (float) expected[i]);
        }
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < operand.used; i++) {
            if (Double.isNaN(expected[i]) && !nanExpected) {
                throw failure(op, operand, i, "the reference left it unwritten or computed NaN");
            }
            if (Double.isNaN(found[i]) != Double.isNaN(expected[i])) {
                throw failure(
                        op,
                        operand,
                        i,
                        "expected " + expected[i] + ", found " + found[i]
                                + (Double.isNaN(found[i]) ? " (never written, or computed)" : ""));
            }
            if (Double.isInfinite(expected[i]) || Double.isInfinite(found[i])) {
                if (expected[i] != found[i]) {
                    throw failure(op, operand, i, "expected " + expected[i] + ", found " + found[i]);
                }
            } else if (!Double.isNaN(expected[i])) {
                difference += (found[i] - expected[i]) * (found[i] - expected[i]);
                norm += expected[i] * expected[i];
            }
        }
        double error = difference == 0 ? 0 : Math.sqrt(difference / norm);
        if (!(error <= pair.bound()) || (pair.bound() == 0 && !sameBits(operand, expected, found))) {
            int worst = 0;
            for (int i = 0; i < operand.used; i++) {
                worst = Math.abs(found[i] - expected[i]) > Math.abs(found[worst] - expected[worst]) ? i : worst;
            }
            throw failure(
                    op,
                    operand,
                    worst,
                    "expected " + expected[worst] + ", found " + found[worst] + ", the worst of " + operand.used
                            + " elements; error " + error + ", bound " + pair.bound());
        }
        return error;
    }

    private static boolean sameBits(Operand operand, double[] expected, float[] found) {
        for (int i = 0; i < operand.used; i++) {
            if (Float.floatToIntBits((float) expected[i]) != Float.floatToIntBits(found[i])) {
                return false;
            }
        }
        return true;
    }

    private double checkInts(String op, Operand operand) {
        int[] expected = new int[operand.shape.size()];
        int[] found = new int[operand.shape.size()];
        pair.reference().download(operand.reference, expected, expected.length);
        pair.tested().download(operand.tested, found, found.length);
        for (int i = 0; i < found.length; i++) {
            boolean may = operand.role != Operand.Role.INPUT && i < operand.used;
            int wanted = may ? expected[i] : operand.ints[i];
            if (expected[i] != wanted
                    || found[i] != wanted
                    || operand.role == Operand.Role.OUTPUT && i < operand.used && wanted == INT_POISON) {
                throw failure(
                        op,
                        operand,
                        i,
                        "expected " + wanted + ", found " + found[i] + ", and on reference " + expected[i]);
            }
        }
        return 0;
    }

    private static AssertionError failure(String op, Operand operand, int i, String what) {
        return new AssertionError(op + ": " + operand.name + "[" + i + "] (" + operand.role + "): " + what);
    }

    /** Closes the planned ops and releases the tensors. */
    @Override
    public void close() {
        for (AutoCloseable op : planned) {
            try {
                op.close();
            } catch (Exception e) {
                throw new AssertionError("closing " + op + " failed", e);
            }
        }
        for (Operand operand : operands) {
            pair.reference().release(operand.reference);
            pair.tested().release(operand.tested);
        }
    }
}
