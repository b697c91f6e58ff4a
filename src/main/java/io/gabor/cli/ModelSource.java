package io.gabor.cli;

import io.gabor.backend.Backend;
import io.gabor.io.FormatException;
import io.gabor.io.ModelFile;
import io.gabor.model.Model;
import io.gabor.model.ModelText;
import io.gabor.model.Models;
import io.gabor.model.Recipe;
import io.gabor.nn.Layer;
import io.gabor.nn.Network;
import io.gabor.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What {@code --model} names: a model that is still to be trained, or a file with a trained one. */
abstract class ModelSource {
    private static final String EXTENSION = ".safetensors";

    /** Returns the name of the model. */
    abstract String name();

    /** Returns the file it is in, if it is in one. */
    abstract Optional<Path> file();

    abstract Recipe recipe();

    /** Returns the shape of a sample that it is made for. */
    abstract Shape sampleShape();

    /** Returns what it remembers of the folder of images that it was trained on; null if it was not. */
    FolderImages images() {
        return null;
    }

    /** Returns the number of outputs that it has unless told otherwise. */
    abstract int outputs();

    /** Returns new layers. A trained model has the outputs it has. */
    abstract Layer layers(int outputs);

    /** Builds it for training: with new weights made from the seed, or with the file's. */
    abstract Network training(int outputs, Shape sample, Backend backend, int batch, long seed);

    /** Returns where to save it unless told otherwise. */
    Path usualFile() {
        return file().orElse(Path.of(name() + EXTENSION));
    }

    /**
     * Finds a model by its name, or in a file: a trained one, or a text that describes one.
     *
     * @throws UsageException if there is neither
     * @throws FormatException if the file is no model
     */
    static ModelSource find(String nameOrFile) throws IOException {
        Optional<Model> named = Models.find(nameOrFile);
        if (named.isPresent()) {
            return of(named.get());
        }
        Path file = existing(nameOrFile);
        return ModelText.isNamed(nameOrFile) ? of(ModelText.read(file)) : TrainedModel.read(file);
    }

    /** Returns a model that is still to be trained. */
    static ModelSource of(Model model) {
        return new Named(model);
    }

    /**
     * Reads a trained model.
     *
     * @throws UsageException if there is no such file; for the name or the text of a model it says how to get one
     */
    static TrainedModel trained(String nameOrFile) throws IOException {
        Optional<Model> named = ModelText.isNamed(nameOrFile)
                ? Optional.of(ModelText.read(existing(nameOrFile)))
                : Models.find(nameOrFile).filter(model -> !Files.isRegularFile(Path.of(nameOrFile)));
        if (named.isEmpty()) {
            return TrainedModel.read(existing(nameOrFile));
        }
        Path usual = of(named.get()).usualFile();
        if (!Files.isRegularFile(usual)) {
            throw new UsageException("the model " + nameOrFile + " is not trained here yet: there is no file " + usual
                    + "; run 'gabor train --model " + nameOrFile + "' first, or name a file");
        }
        return TrainedModel.read(usual);
    }

    private static Path existing(String file) {
        try {
            Path path = Path.of(file);
            if (Files.exists(path)) {
                return path;
            }
        } catch (InvalidPathException e) {
            // Then it is no file's name.
        }
        if (file.endsWith(EXTENSION) || ModelText.isNamed(file) || file.contains("/") || file.contains("\\")) {
            throw new UsageException("there is no model file " + file);
        }
        List<String> names = Models.all().stream().map(Model::name).toList();
        throw new UsageException(Nearest.message("model or file", file, names));
    }

    private static final class Named extends ModelSource {
        private final Model model;

        Named(Model model) {
            this.model = model;
        }

        @Override
        String name() {
            return model.name();
        }

        @Override
        Optional<Path> file() {
            return Optional.empty();
        }

        @Override
        Recipe recipe() {
            return model.recipe();
        }

        @Override
        Shape sampleShape() {
            return model.sampleShape();
        }

        @Override
        int outputs() {
            return model.classes();
        }

        @Override
        Layer layers(int outputs) {
            return model.layers(outputs);
        }

        @Override
        Network training(int outputs, Shape sample, Backend backend, int batch, long seed) {
            return Network.training(layers(outputs), sample, backend, batch, seed);
        }
    }

    /** A model in a file, with its weights. */
    static final class TrainedModel extends ModelSource {
        private final Path path;
        private final ModelFile content;
        private final ModelCard card;

        private TrainedModel(Path path, ModelFile content, ModelCard card) {
            this.path = path;
            this.content = content;
            this.card = card;
        }

        static TrainedModel read(Path path) throws IOException {
            ModelFile content = ModelFile.read(path);
            try {
                return new TrainedModel(path, content, ModelCard.read(content.recipe()));
            } catch (IllegalArgumentException e) {
                throw new FormatException(path + ": " + e.getMessage(), e);
            }
        }

        ModelCard card() {
            return card;
        }

        /** Builds it for use, with its weights. */
        Network inference(Backend backend, int batch) {
            return content.inference(backend, batch);
        }

        @Override
        String name() {
            return card.model();
        }

        @Override
        Optional<Path> file() {
            return Optional.of(path);
        }

        @Override
        Recipe recipe() {
            return card.recipe();
        }

        @Override
        Shape sampleShape() {
            return content.input();
        }

        @Override
        FolderImages images() {
            return card.images();
        }

        @Override
        int outputs() {
            return layers(0).outputShape(sampleShape()).size();
        }

        @Override
        Layer layers(int outputs) {
            return content.layers();
        }

        @Override
        Network training(int outputs, Shape sample, Backend backend, int batch, long seed) {
            return content.training(backend, batch);
        }
    }
}
