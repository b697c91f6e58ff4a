package io.gabor.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.io.Json;
import io.gabor.model.Model;
import io.gabor.model.ModelText;
import io.gabor.model.Models;
import io.gabor.nn.LayerConfig;
import io.gabor.nn.Sequential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The texts in docs/models.md are models, and those of built-in models are these. */
final class ModelsDocTest {
    private static final Pattern BLOCK = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    private static List<Model> models() throws IOException {
        String page = Files.readString(Path.of("docs/models.md"));
        return BLOCK.matcher(page)
                .results()
                .map(block -> ModelText.parse("docs/models.md", block.group(1)))
                .toList();
    }

    private static Model named(String name) throws IOException {
        return models().stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void eachIsBuilt() throws IOException {
        assertEquals(
                List.of("lenet", "airbench-small", "one-block", "resnet8-adamw"),
                models().stream().map(Model::name).toList());
        for (Model model : models()) {
            assertEquals(
                    model.classes(),
                    model.layers().outputShape(model.sampleShape()).size());
        }
    }

    @Test
    void thoseOfBuiltInModelsAreThese() throws IOException {
        for (String name : List.of("lenet", "airbench-small")) {
            Model written = named(name);
            Model builtIn = Models.byName(name);
            assertEquals(layers(builtIn.layers()), layers(written.layers()));
            assertEquals(layers(builtIn.layers(7)), layers(written.layers(7)));
            assertEquals(builtIn.sampleShape(), written.sampleShape());
            assertEquals(builtIn.classes(), written.classes());
        }
        assertEquals(
                Models.byName("lenet").recipe().write(), named("lenet").recipe().write());
    }

    private static String layers(Sequential layers) {
        return Json.write(LayerConfig.write(layers));
    }

    @Test
    void theTableOfLayersHasAllKinds() throws IOException {
        String page = Files.readString(Path.of("docs/models.md"));
        for (String kind : LayerConfig.kinds()) {
            assertTrue(page.contains("`" + kind + "`"), kind);
        }
    }
}
