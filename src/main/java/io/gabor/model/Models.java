package io.gabor.model;

import io.gabor.backend.Bias;
import io.gabor.data.Normalization;
import io.gabor.nn.BinaryCrossEntropy;
import io.gabor.nn.Conv2d;
import io.gabor.nn.Dense;
import io.gabor.nn.Flatten;
import io.gabor.nn.Initializer;
import io.gabor.nn.MaxPool2d;
import io.gabor.nn.MeanSquaredError;
import io.gabor.nn.ReLU;
import io.gabor.nn.Reshape;
import io.gabor.nn.Sequential;
import io.gabor.nn.Sigmoid;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.nn.Tanh;
import io.gabor.optim.Schedule;
import io.gabor.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * The models by name. {@code lenet} is the one to start with, {@code vgg-small} the one for small colour images; it, {@code mnist-m5}
 * and those with numbers in their names have batch normalisation. The other five are the nets that first programs are written
 * with, each with the settings it is usually shown with: plain gradient descent on one sample at a time.
 */
public final class Models {
    private static final Shape MNIST_IMAGE = Shape.of(1, 28, 28);

    private static final List<Model> ALL = List.of(
            lenet(),
            NormalizedModels.vggSmall(),
            NormalizedModels.mnistM5(),
            NormalizedModels.resnet(1, 10),
            NormalizedModels.resnet(3, 30),
            Airbench.airbench94(),
            Airbench.small(),
            MobileModels.mobilenetSmall(),
            digits01(),
            digits01Valid(),
            conv3x3Softmax(),
            mlpTanh(),
            xor());

    private Models() {}

    /** Returns all models. */
    public static List<Model> all() {
        return ALL;
    }

    /**
     * Returns the model of this name, if there is one. Beside those of {@link #all} there is
     * {@code airbench-A-B-C} for any A, B and C filters in its stages.
     */
    public static Optional<Model> find(String name) {
        return ALL.stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .or(() -> Airbench.find(name));
    }

    /**
     * Returns the model of this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Model byName(String name) {
        return find(name)
                .orElseThrow(() -> new IllegalArgumentException("there is no model '" + name + "'; there are "
                        + String.join(", ", ALL.stream().map(Model::name).toList())));
    }

    /** LeCun et al., 1998, in the form of Caffe's MNIST example, with a ReLU behind each convolution: 431,080 parameters. */
    private static Model lenet() {
        return new Model(
                "lenet",
                "two 5×5 convolutions with pooling, two dense layers",
                MNIST_IMAGE,
                10,
                classes -> Sequential.of(
                        new Conv2d(20, 5),
                        new ReLU(),
                        new MaxPool2d(2),
                        new Conv2d(50, 5),
                        new ReLU(),
                        new MaxPool2d(2),
                        new Flatten(),
                        new Dense(500),
                        new ReLU(),
                        new Dense(classes)),
                new Recipe(
                        "mnist",
                        List.of(),
                        0,
                        0,
                        0,
                        Normalization.standard(0.1307, 0.3081),
                        new SoftmaxCrossEntropy(),
                        "adam",
                        0.001,
                        Schedule.COSINE,
                        64,
                        3));
    }

    private static Model digits01() {
        return new Model(
                "digits01",
                "zeros and ones: one strided convolution, sigmoids, binary cross-entropy",
                MNIST_IMAGE,
                2,
                classes -> Sequential.of(
                        new Conv2d(5, 4).stride(2).padding(1).init(Initializer.GLOROT_UNIFORM),
                        new Sigmoid(),
                        new MaxPool2d(2),
                        new Reshape(245),
                        new Dense(100).init(Initializer.GLOROT_UNIFORM),
                        new Sigmoid(),
                        new Dense(classes).init(Initializer.GLOROT_UNIFORM),
                        new Sigmoid()),
                zerosAndOnes(10));
    }

    private static Model digits01Valid() {
        return new Model(
                "digits01-valid",
                "zeros and ones: one 3×3 convolution with a bias per pixel, sigmoids, binary cross-entropy",
                MNIST_IMAGE,
                2,
                classes -> Sequential.of(
                        new Conv2d(5, 3).bias(Bias.PER_PIXEL).init(Initializer.GLOROT_UNIFORM),
                        new Sigmoid(),
                        new Reshape(5 * 26 * 26),
                        new Dense(100).init(Initializer.GLOROT_UNIFORM),
                        new Sigmoid(),
                        new Dense(classes).init(Initializer.GLOROT_UNIFORM),
                        new Sigmoid()),
                zerosAndOnes(20));
    }

    private static Recipe zerosAndOnes(int epochs) {
        return new Recipe(
                "mnist",
                List.of(0, 1),
                100,
                0,
                0,
                Normalization.UNIT,
                new BinaryCrossEntropy(),
                "sgd",
                0.1,
                Schedule.CONSTANT,
                1,
                epochs);
    }

    private static Model conv3x3Softmax() {
        return new Model(
                "conv3x3-softmax",
                "one 3×3 convolution without bias or activation, pooling, softmax",
                MNIST_IMAGE,
                10,
                classes -> Sequential.of(
                        new Conv2d(8, 3).bias(Bias.NONE).init(Initializer.HE_UNIFORM),
                        new MaxPool2d(2),
                        new Flatten(),
                        new Dense(classes).init(Initializer.ZEROS)),
                new Recipe(
                        "mnist",
                        List.of(),
                        0,
                        1000,
                        1000,
                        Normalization.CENTERED,
                        new SoftmaxCrossEntropy(),
                        "sgd",
                        0.005,
                        Schedule.CONSTANT,
                        1,
                        3));
    }

    private static Model mlpTanh() {
        return new Model(
                "mlp-tanh",
                "784-40-10 with tanh and mean squared error: no convolution",
                MNIST_IMAGE,
                10,
                classes -> Sequential.of(
                        new Flatten(),
                        new Dense(40).init(Initializer.GLOROT_UNIFORM),
                        new Tanh(),
                        new Dense(classes).init(Initializer.GLOROT_UNIFORM),
                        new Tanh()),
                new Recipe(
                        "mnist",
                        List.of(),
                        0,
                        1000,
                        1000,
                        Normalization.UNIT,
                        new MeanSquaredError(),
                        "sgd",
                        0.1,
                        Schedule.CONSTANT,
                        1,
                        100));
    }

    private static Model xor() {
        return new Model(
                "xor",
                "2-3-1 with tanh and mean squared error: the smallest net that needs a hidden layer",
                Shape.of(2),
                1,
                outputs -> Sequential.of(
                        new Dense(3).init(Initializer.STANDARD_NORMAL, Initializer.STANDARD_NORMAL),
                        new Tanh(),
                        new Dense(outputs).init(Initializer.STANDARD_NORMAL, Initializer.STANDARD_NORMAL),
                        new Tanh()),
                new Recipe(
                        Xor.NAME,
                        List.of(),
                        0,
                        0,
                        0,
                        Normalization.NONE,
                        new MeanSquaredError(),
                        "sgd",
                        0.1,
                        Schedule.CONSTANT,
                        1,
                        10_000));
    }
}
