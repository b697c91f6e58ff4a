package io.gabor.cli;

import io.gabor.backend.Backend;
import io.gabor.data.DataException;
import io.gabor.data.Dataset;
import io.gabor.data.ImageReader;
import io.gabor.data.JavaDesktop;
import io.gabor.nn.Network;
import io.gabor.tensor.Shape;
import io.gabor.train.Tester;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gabor predict}: what a trained model sees in images. */
@Command(
        name = "predict",
        description = {
            "Says what a trained model sees in images: the class and the probabilities.",
            "An image that cannot be read is named, and the others are predicted all the same."
        },
        footer = {
            "  gabor predict seven.png                      with lenet.safetensors in this folder",
            "  gabor predict --model lenet.safetensors --json result.json scans/*.png"
        })
final class PredictCommand extends GaborCommand {
    private static final int SHOWN = 3;

    /** The data sets whose images were framed the way MNIST's were. */
    private static final Set<String> FRAMED = Set.of("mnist", "digits");

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "FILE|NAME",
            defaultValue = "lenet",
            description = "A model file, or the name of a model that was trained in this folder"
                    + " (default: ${DEFAULT-VALUE}).")
    private String model;

    @Mixin
    private BackendChoice backendChoice;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "64",
            converter = WholeNumber.AtLeastOne.class,
            description = "Images per step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "PNG or JPEG files.")
    private List<Path> images;

    @Override
    int run(Screen screen, JsonReport report) throws Exception {
        JavaDesktop.require("predict");
        ModelSource.TrainedModel source = ModelSource.trained(model);
        Shape sample = source.sampleShape();
        if (sample.rank() != 3) {
            throw new UsageException("predict takes images, and the model " + source.name() + " takes samples of shape "
                    + sample + "; choose a model that was trained on images");
        }
        List<Path> readable = new ArrayList<>();
        byte[] pixels = read(sample, source, readable);
        List<Object> predictions = new ArrayList<>();
        if (!readable.isEmpty()) {
            try (Backend backend = backendChoice.open();
                    Network network = source.inference(backend, Math.min(batch, readable.size()))) {
                predict(screen, source, network, readable, pixels, predictions);
                report.put("command", "predict")
                        .put("version", Version.text())
                        .put("model", source.name())
                        .put("backend", backend.name())
                        .put("device", backend.device());
            }
        }
        report.put("predictions", predictions);
        return readable.size() == images.size() ? ExitCode.DONE : ExitCode.BAD_INPUT;
    }

    /** Reads all images that can be read, names the others, and returns the pixels one behind the other. */
    private byte[] read(Shape sample, ModelSource source, List<Path> readable) {
        boolean framed = FRAMED.contains(source.recipe().dataset()) && sample.equals(Shape.of(1, 28, 28));
        ImageReader.Fit plain = source.images() == null ? ImageReader.Fit.WHOLE : ImageReader.Fit.COVER;
        ImageReader.Fit fit = framed ? ImageReader.Fit.MNIST : plain;
        List<byte[]> read = new ArrayList<>();
        for (Path image : images) {
            try {
                read.add(ImageReader.read(image, sample, fit));
                readable.add(image);
            } catch (DataException e) {
                spec.commandLine().getErr().println("gabor: " + e.getMessage());
            }
        }
        spec.commandLine().getErr().flush();
        byte[] all = new byte[Math.multiplyExact(read.size(), sample.size())];
        for (int i = 0; i < read.size(); i++) {
            System.arraycopy(read.get(i), 0, all, i * sample.size(), sample.size());
        }
        return all;
    }

    private static void predict(
            Screen screen,
            ModelSource.TrainedModel source,
            Network network,
            List<Path> files,
            byte[] pixels,
            List<Object> predictions) {
        int outputs = network.out().sampleSize();
        List<String> names =
                IntStream.range(0, outputs).mapToObj(source.card()::className).toList();
        // The tester wants labels, and prediction does not look at them.
        Dataset data = Dataset.ofBytes("images", source.sampleShape(), pixels, new int[files.size()], names);
        float[] all = new Tester(network, source.recipe().loss())
                .normalization(source.recipe().normalization())
                .probabilities(data);
        for (int i = 0; i < files.size(); i++) {
            int row = i * outputs;
            List<Integer> best = IntStream.range(0, outputs)
                    .boxed()
                    .sorted(Comparator.comparing((Integer c) -> -all[row + c]))
                    .limit(SHOWN)
                    .toList();
            List<String> shown = best.stream()
                    .map(c -> names.get(c) + " " + Numbers.percent(all[row + c]))
                    .toList();
            screen.line(files.get(i) + ": " + names.get(best.get(0)) + "  (" + String.join(", ", shown) + ")");
            predictions.add(prediction(files.get(i), names, best.get(0), all, row));
        }
    }

    private static Map<String, Object> prediction(Path file, List<String> names, int best, float[] all, int row) {
        Map<String, Object> probabilities = new LinkedHashMap<>();
        for (int c = 0; c < names.size(); c++) {
            probabilities.put(names.get(c), all[row + c]);
        }
        Map<String, Object> prediction = new LinkedHashMap<>();
        prediction.put("file", file.toString());
        prediction.put("class", names.get(best));
        prediction.put("probability", all[row + best]);
        prediction.put("probabilities", probabilities);
        return prediction;
    }
}
