package io.gabor.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.data.Normalization;
import io.gabor.io.FormatException;
import io.gabor.nn.Conv2d;
import io.gabor.nn.Dense;
import io.gabor.nn.Flatten;
import io.gabor.nn.Layer;
import io.gabor.nn.LayerConfig;
import io.gabor.nn.ReLU;
import io.gabor.nn.Residual;
import io.gabor.nn.Sequential;
import io.gabor.optim.Schedule;
import io.gabor.tensor.Padding;
import io.gabor.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models as texts: what is written is built, and what is wrong is said with its line. */
final class ModelTextTest {
    private static final String NET = """
            name: net
            input: [2, 6, 6]
            classes: 3
            parameters:
              width: 4
            layers:
              - kind: conv2d
                filters: width
                kernel: 3
                padding: 1
              - relu
              - kind: residual
                layers:
                  - {kind: conv2d, filters: width, kernel: 3, padding: same}
                shortcut: [relu]
              - flatten
              - {kind: dense, units: classes}
            recipe:
              dataset: photos
              optimizer: nesterov
              schedule: triangle:peak=0.3
              labelSmoothing: 0.1
              mean: [0.4, 0.5]
              deviation: [0.2, 0.25]
            """;

    private static Model parse(String text) {
        return ModelText.parse("net.yaml", text);
    }

    @Test
    void isTheNetThatItSays() {
        Model model = parse(NET);
        Layer expected = Sequential.of(
                new Conv2d(4, 3).padding(1),
                new ReLU(),
                Residual.of(new Conv2d(4, 3).padding(Padding.SAME)).shortcut(new ReLU()),
                new Flatten(),
                new Dense(5));
        assertEquals(
                LayerConfig.write(expected).toString(),
                LayerConfig.write(parse(NET).layers(5)).toString());
        assertEquals("net", model.name());
        assertEquals(Shape.of(2, 6, 6), model.sampleShape());
        assertEquals(3, model.classes());
        assertEquals(Shape.of(3), model.layers().outputShape(model.sampleShape()));
    }

    @Test
    void theRecipeIsTheUsualOneWithWhatItSays() {
        Recipe recipe = parse(NET).recipe();
        assertEquals("photos", recipe.dataset());
        assertEquals("nesterov", recipe.optimizer());
        assertEquals(0.01, recipe.rate(), "what is usual for this optimizer");
        assertEquals(Schedule.parse("triangle:peak=0.3"), recipe.schedule());
        assertEquals(0.1, recipe.options().labelSmoothing());
        assertEquals(64, recipe.batch());
        assertEquals(Normalization.standard(new double[] {0.4, 0.5}, new double[] {0.2, 0.25}), recipe.normalization());
    }

    @Test
    void withoutARecipeItIsForTheSetOfItsShape() {
        String text = NET.substring(0, NET.indexOf("recipe:"));
        assertEquals("mnist", parse(text).recipe().dataset());
        Model colour = parse(text.replace("[2, 6, 6]", "[3, 6, 6]"));
        assertEquals("cifar10", colour.recipe().dataset());
        assertEquals(Cifar10.NORMALIZATION, colour.recipe().normalization());
    }

    @Test
    void anotherModelsRecipeIsChanged() {
        Model base = Models.byName("resnet8");
        Model model = parse("name: mine\nmodel: resnet8\nrecipe:\n  epochs: 2\n  clipNorm: 1\n");
        assertEquals("mine", model.name());
        assertEquals(
                base.recipe().withEpochs(2).write().get("epochs"),
                model.recipe().write().get("epochs"));
        assertEquals(1, model.recipe().options().clipNorm());
        assertEquals(
                base.recipe().options().weightDecay(), model.recipe().options().weightDecay());
        assertEquals(base.recipe().rate(), model.recipe().rate());
        assertEquals(
                LayerConfig.write(base.layers()).toString(),
                LayerConfig.write(model.layers()).toString());
    }

    /** Each row replaces a part of the text above; the line is where that part stands. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: net           | nam: net             | 1: there is no key 'nam'; there are name, description",
                "name: net           | name: a/b            | 1: 'name' must be at most 64 letters",
                "name: net           | name: 3              | 1: 'name' must be a string, found 3",
                "[2, 6, 6]           | 7                    | 2: 'input' must be the shape of a sample",
                "[2, 6, 6]           | [2, 0, 6]            | 2: 'input' must be whole numbers of at least 1, found 0",
                "[2, 6, 6]           | [2, 6, 6, 1]         | 2: 'input' must be the shape of a sample",
                "classes: 3          | classes: three       | 3: 'classes' must be a whole number of at least 1, found three",
                "width: 4            | width: 0             | 5: 'width' must be a whole number of at least 1, found 0",
                "width: 4            | classes: 4           | 5: a parameter's name has letters",
                "kind: conv2d^       | kind: conv3d^        | 7: the network (sequential), layer 1: 'kind' must be one of avg_pool2d",
                "filters: width^     | filters: widht^      | 8: the network (sequential), layer 1 (conv2d): 'filters' must be an integer from 0 to 2147483647, found widht",
                "kernel: 3^          | kernel: 3.5^         | 9: the network (sequential), layer 1 (conv2d): 'kernel' must be",
                "kernel: 3^          | kernel: 9^           | 7: layer conv1 (conv2d) cannot take an input of shape 2×6×6",
                "padding: 1          | init: xavier         | 10: the network (sequential), layer 1 (conv2d): there is no initialiser 'xavier'",
                "padding: 1          | pading: 1            | 10: the network (sequential), layer 1 (conv2d): there is no 'pading'; it knows",
                "padding: 1          | kernel: 3            | 10: expected each key once, found 'kernel' again",
                "- relu              | - rellu              | 11: the network (sequential), layer 2: 'kind' must be one of",
                "- relu              | - 5                  | 6: the network (sequential), layer 2: expected an object, found 5",
                "width, kernel: 3, padding: same | 2, kernel: 3, padding: same | 12: layer residual1 (residual) cannot take an input of shape 4×6×6",
                "width, kernel: 3, padding: same | width, kernel: 9 | 14: layer residual1.conv1 (conv2d) cannot take an input of shape 4×6×6",
                "[relu]              | [rellu]              | 15: the network (sequential), layer 3 (residual), layer 1: 'kind'",
                "- flatten           | - {kind: conv2d, filters: 3, kernel: 5, stride: 4} | 17: layer dense1 (dense) cannot take an input of shape 3×1×1",
                "units: classes      | units: 4             | 3: the layers put out 4, and there are to be 3 classes",
                "dataset: photos     | data: photos         | 19: a recipe has no key 'data'; it has dataset, classes, perClass",
                "optimizer: nesterov | optimizer: nestorov  | 20: there is no optimizer 'nestorov'",
                "triangle:peak=0.3   | triangle:peak=3      | 21: schedule triangle: peak must be from 0 to 1",
                "labelSmoothing: 0.1 | labelSmoothing: 2    | 22: label smoothing must be from 0 to 1, found 2",
                "labelSmoothing: 0.1 | labelSmoothing: much | 22: the recipe's 'labelSmoothing' must be a number, found much",
                "labelSmoothing: 0.1 | batch: 0             | 22: batch and epochs must be at least 1",
                "labelSmoothing: 0.1 | epochs:              | 22: the recipe's 'epochs' must be a number, and it is missing",
                "labelSmoothing: 0.1 | rate: -1             | 22: the learning rate must be finite and above 0, found -1.0",
                "labelSmoothing: 0.1 | loss: hinge          | 22: ",
                "mean: [0.4, 0.5]    | mean: 0.4            | 24: expected as many deviations as means, found 2 and 1",
                "mean: [0.4, 0.5]    | limit: 5             | 24: 'mean' and 'deviation' go together",
                "[0.2, 0.25]         | [0.2, 0]             | 24: a deviation must be above 0, found 0.0"
            })
    void saysWhatIsWrongAndWhere(String part, String replacement, String message) {
        String there = part.replace("^", "\n");
        int at = NET.indexOf(there);
        assertTrue(at >= 0, part);
        String text = NET.substring(0, at) + replacement.replace("^", "\n") + NET.substring(at + there.length());
        FormatException error = assertThrows(FormatException.class, () -> parse(text), text);
        assertTrue(error.getMessage().startsWith("net.yaml:" + message), error.getMessage());
        assertEquals(1, error.getMessage().lines().count());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: net                                | 1: 'input' must be the shape of a sample, as [3, 32, 32], and it is missing",
                "name: net;input: [4]                     | 1: 'classes' must be a whole number of at least 1, and it is missing",
                "name: net;input: [4];classes: 2          | 1: 'layers' must be a list of at least one layer, and it is missing",
                "name: net;input: [4];classes: 2;layers: []            | 4: 'layers' must be a list of at least one layer",
                "name: net;input: [4];classes: 2;layers: [softmax]     | 3: the layers put out 4, and there are to be 2 classes",
                "name: net;model: lennet                  | 2: 'model' must be one of lenet, vgg-small",
                "name: net;model: lenet;layers: [relu]    | 3: 'layers' comes from the model",
                "name: net;model: lenet;recipe: quick     | 3: 'recipe' must be keys and values, found quick",
                "name: net;model: lenet;parameters: {}    | 3: 'parameters' comes from the model",
                "name: n;input: [4];classes: 4;parameters: 3;layers: [relu] | 4: 'parameters' must be names and whole numbers",
                "name: n;input: [4];classes: 4;layers: [{kind: relu, name: a}, {kind: relu, name: a}] | 4: two layers of one container are named 'a'"
            })
    void saysWhatIsMissingOrTooMuch(String lines, String message) {
        String text = lines.replace(";", "\n");
        FormatException error = assertThrows(FormatException.class, () -> parse(text), text);
        assertTrue(error.getMessage().startsWith("net.yaml:" + message), error.getMessage());
    }

    @Test
    void recipesByNameAreRead() {
        for (String name : Recipes.names()) {
            Model model = Recipes.find(name).orElseThrow();
            assertEquals(name, model.name());
            assertEquals(
                    model.classes(),
                    model.layers().outputShape(model.sampleShape()).size());
        }
        assertTrue(Recipes.find("../recipe").isEmpty());
        assertTrue(Recipes.find("lenet").isEmpty());
    }
}
