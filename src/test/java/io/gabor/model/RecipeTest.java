package io.gabor.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.data.Dataset;
import io.gabor.data.DatasetSource;
import io.gabor.data.Normalization;
import io.gabor.data.Split;
import io.gabor.data.augment.Augmentation;
import io.gabor.io.Json;
import io.gabor.nn.MeanSquaredError;
import io.gabor.optim.Schedule;
import io.gabor.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recipes: written and read back, also through JSON; garbage is refused by its key; what part of a data set they take. */
final class RecipeTest {
    private static Recipe recipe() {
        return Models.byName("digits01").recipe();
    }

    @Test
    void everyModelsRecipeIsReadBackAsItWasWritten() {
        for (Model model : Models.all()) {
            Map<String, Object> written = model.recipe().write();
            Recipe read = Recipe.read((Map<?, ?>) Json.read(Json.write(written)));
            assertEquals(written, read.write(), model.name());
            assertEquals(model.recipe().normalization(), read.normalization());
        }
    }

    @Test
    void whatIsChangedIsChangedAndNothingElse() {
        Map<String, Object> before = recipe().write();
        Map<String, Object> expected = new LinkedHashMap<>(before);
        expected.put("dataset", "other");
        expected.put("limit", 5);
        expected.put("testLimit", 6);
        expected.put("optimizer", "adam");
        expected.put("rate", 0.25);
        expected.put("schedule", "step:every=3,factor=0.5");
        expected.put("batch", 7);
        expected.put("epochs", 8);
        Recipe changed = recipe().withDataset("other")
                .withLimits(5, 6)
                .withOptimizer("adam", 0.25)
                .withSchedule(Schedule.parse("step:every=3,factor=0.5"))
                .withBatch(7)
                .withEpochs(8);
        assertEquals(expected, changed.write());
        assertEquals(before, recipe().write());
    }

    @Test
    void whatIsAddedIsWrittenAndReadBackAndNothingForNothing() {
        assertFalse(recipe().write().containsKey("options"));
        Recipe added = recipe().withOptions(new TrainingOptions(
                0.1, ClassWeights.parse("balanced"), 2.5, 0.5, 0.01, true, 4, 0.99, 0.1, 3));
        Recipe read = Recipe.read((Map<?, ?>) Json.read(Json.write(added.write())));
        assertEquals(added.options(), read.options());
        assertEquals(
                Map.of(
                        "accumulate", 4,
                        "averageDecay", 0.99,
                        "labelSmoothing", 0.1,
                        "classWeights", "balanced",
                        "clipNorm", 2.5,
                        "clipValue", 0.5,
                        "weightDecay", 0.01,
                        "decayWeightsOnly", true,
                        "validationShare", 0.1,
                        "patience", 3),
                added.write().get("options"));
        assertTrue(added.createOptimizer().toString().contains("weightDecay=0.01], biases spared"));
    }

    @Test
    void augmentationIsWrittenAndReadBack() {
        Augmentation augmentation = Augmentation.none().rotate(2.5).flip();
        Recipe added = recipe().withOptions(TrainingOptions.NONE.withAugmentation(augmentation));
        assertEquals(
                Map.of("augmentation", Map.of("rotate", 2.5, "flip", 1.0)),
                added.write().get("options"));
        Recipe read = Recipe.read((Map<?, ?>) Json.read(Json.write(added.write())));
        assertEquals(augmentation, read.options().augmentation());
        Map<String, Object> wrong = recipe().write();
        wrong.put("options", Map.of("augmentation", "much"));
        String message = assertThrows(IllegalArgumentException.class, () -> Recipe.read(wrong))
                .getMessage();
        assertTrue(message.contains("'augmentation' must be an object, found much"), message);
    }

    @Test
    void theLossIsThatOfTheRecipeUnlessSomethingIsAdded() {
        Recipe lenet = Models.byName("lenet").recipe();
        assertSame(lenet.loss(), lenet.trainingLoss(data()));
        Recipe smoothed = lenet.withOptions(new TrainingOptions(0.1, ClassWeights.EQUAL, 0, 0, -1, false, 1, 0, 0, 0));
        assertNotSame(smoothed.loss(), smoothed.trainingLoss(data()));
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> recipe().withOptions(
                                        new TrainingOptions(0.1, ClassWeights.EQUAL, 0, 0, -1, false, 1, 0, 0, 0))
                                .trainingLoss(data()))
                .getMessage();
        assertTrue(message.contains("trained with bce"), message);
    }

    @Test
    void classWeightsAreEqualOrBalancedOrGiven() {
        assertArrayEquals(new double[0], ClassWeights.EQUAL.of(data()));
        assertArrayEquals(
                new double[] {8 / (3 * 2.0), 8 / (3 * 2.0), 8 / (3 * 4.0)},
                ClassWeights.parse("balanced").of(data()),
                1e-15);
        assertArrayEquals(
                new double[] {1, 0.5, 3}, ClassWeights.parse("1, 0.5,3").of(data()));
        Dataset absent = Dataset.ofBytes("t", Shape.of(1), new byte[2], new int[2], List.of("a", "b"));
        assertArrayEquals(new double[] {0.5, 1}, ClassWeights.parse("balanced").of(absent));
        for (String text : List.of("equal", "balanced", "1.0,0.5")) {
            assertEquals(text, ClassWeights.parse(text).toString());
        }
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "dataset | 7 | the recipe's 'dataset' must be a string, found 7",
                "dataset | null | the recipe's 'dataset' must be a string, and it is missing",
                "classes | 1 | the recipe's 'classes' must be a list",
                "classes | [\"a\"] | the recipe's 'classes' must be a number, found a",
                "classes | [0.5] | the recipe's 'classes' must be an integer of at least 0",
                "perClass | -1 | the recipe's 'perClass' must be an integer of at least 0",
                "limit | 1e300 | the recipe's 'limit' must be an integer of at least 0",
                "testLimit | {} | the recipe's 'testLimit' must be a number",
                "scale | [] | as many shifts as scales",
                "scale | [1,2] | as many shifts as scales",
                "scale | [\"x\"] | the recipe's 'scale' must be a number",
                "shift | [1e300] | must be finite",
                "loss | \"hinge\" | there is no loss 'hinge'",
                "optimizer | \"lion\" | there is no optimizer 'lion'",
                "rate | 0 | the learning rate must be finite and above 0",
                "rate | \"fast\" | the recipe's 'rate' must be a number",
                "schedule | \"linear\" | there is no schedule 'linear'",
                "options | 7 | the recipe's 'options' must be an object, found 7",
                "options | {\"labelSmoothing\":2} | label smoothing must be from 0 to 1, found 2",
                "options | {\"labelSmoothing\":\"x\"} | the recipe's 'labelSmoothing' must be a number",
                "options | {\"classWeights\":\"1,0\"} | a number above 0 for each class",
                "options | {\"clipNorm\":-1} | clipNorm must be finite and above 0, or 0 for none, found -1",
                "options | {\"clipValue\":-2} | clipValue must be finite and above 0",
                "options | {\"validationShare\":1} | the validation share must be above 0 and below 1",
                "options | {\"patience\":0.5} | the recipe's 'patience' must be an integer",
                "options | {\"decayWeightsOnly\":1} | the recipe's 'decayWeightsOnly' must be true or false, found 1",
                "options | {\"accumulate\":0} | a step accumulates at least 1 batch, found 0",
                "options | {\"averageDecay\":1} | the decay of the weights' average must be above 0 and below 1",
                "batch | 0 | batch and epochs must be at least 1",
                "batch | 1.5 | the recipe's 'batch' must be an integer",
                "epochs | 0 | batch and epochs must be at least 1",
                "epochs | 3000000000 | the recipe's 'epochs' must be an integer"
            })
    void saysWhatIsWrong(String key, String json, String message) {
        Map<String, Object> written = new LinkedHashMap<>(recipe().write());
        written.put(key, Json.read(json));
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> Recipe.read(written));
        assertTrue(error.getMessage().contains(message), error.getMessage());
    }

    @Test
    void aRecipeOfNothingIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Recipe.read(Map.of()));
    }

    @Test
    void valuesOfAnyLengthAreNotRepeated() {
        Map<String, Object> written = new LinkedHashMap<>(recipe().write());
        written.put("batch", "9".repeat(100_000) + "\n");
        String message = assertThrows(IllegalArgumentException.class, () -> Recipe.read(written))
                .getMessage();
        assertTrue(message.length() < 300, message.length() + " characters");
    }

    private static Dataset data() {
        byte[] samples = {10, 11, 12, 13, 14, 15, 16, 17};
        int[] labels = {2, 0, 1, 2, 2, 1, 0, 2};
        return Dataset.ofBytes("tiny", Shape.of(1), samples, labels, List.of("a", "b", "c"));
    }

    private static Recipe selecting(List<Integer> classes, int perClass, int limit, int testLimit) {
        return new Recipe(
                "tiny",
                classes,
                perClass,
                limit,
                testLimit,
                Normalization.NONE,
                new MeanSquaredError(),
                "sgd",
                1,
                Schedule.CONSTANT,
                1,
                1);
    }

    @Test
    void takesAllOfADataSetOrTheFirstSamples() {
        assertEquals(
                8, selecting(List.of(), 0, 0, 0).select(data(), Split.TRAIN).size());
        Recipe limited = selecting(List.of(), 0, 3, 5);
        assertArrayEquals(
                new byte[] {10, 11, 12}, limited.select(data(), Split.TRAIN).bytes());
        assertEquals(5, limited.select(data(), Split.TEST).size());
        assertEquals(
                8, selecting(List.of(), 0, 99, 0).select(data(), Split.TRAIN).size());
    }

    @Test
    void takesTheFirstOfSomeClassesAndNumbersThemAnew() {
        Dataset kept = selecting(List.of(2, 0), 2, 0, 0).select(data(), Split.TRAIN);
        assertArrayEquals(new byte[] {10, 11, 13, 16}, kept.bytes());
        assertArrayEquals(new int[] {0, 1, 0, 1}, kept.labels());
        assertEquals(List.of("c", "a"), kept.classNames());
    }

    @Test
    void takesAllOfSomeClasses() {
        Dataset kept = selecting(List.of(1, 2), 0, 0, 0).select(data(), Split.TRAIN);
        assertArrayEquals(new byte[] {10, 12, 13, 14, 15, 17}, kept.bytes());
        assertArrayEquals(new int[] {1, 0, 1, 1, 0, 1}, kept.labels());
        assertEquals(
                3, selecting(List.of(1, 2), 0, 3, 0).select(data(), Split.TRAIN).size());
    }

    @Test
    void classesThatTheDataDoesNotHaveAreRefused() {
        assertThrows(
                RuntimeException.class, () -> selecting(List.of(3), 1, 0, 0).select(data(), Split.TRAIN));
    }

    /** Twelve samples of the classes 0, 1, 0, 1, ...; says how many were asked for. */
    private static final class Counting implements DatasetSource {
        private int asked = -1;

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public String location() {
            return "here";
        }

        @Override
        public Dataset load(Split split) {
            return load(split, 12);
        }

        @Override
        public Dataset load(Split split, int first) {
            asked = first;
            int[] labels = IntStream.range(0, first).map(i -> i % 2).toArray();
            return Dataset.ofBytes("counting", Shape.of(1), new byte[first], labels, List.of("a", "b"));
        }
    }

    @Test
    void noMoreIsReadThanTheLimitSays() {
        Recipe all = Models.byName("lenet").recipe();
        Counting source = new Counting();
        assertEquals(12, all.load(source, Split.TRAIN).size());
        assertEquals(5, all.withLimits(5, 3).load(source, Split.TRAIN).size());
        assertEquals(5, source.asked);
        assertEquals(3, all.withLimits(5, 3).load(source, Split.TEST).size());
        assertEquals(3, source.asked);
        // which samples are of the classes to keep cannot be told before
        assertEquals(4, recipe().withLimits(4, 0).load(source, Split.TRAIN).size());
        assertEquals(12, source.asked);
    }
}
