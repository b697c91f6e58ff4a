package io.gabor.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Activation;
import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.backend.BatchNormOp;
import io.gabor.backend.BatchNormSpec;
import io.gabor.backend.Bias;
import io.gabor.backend.DropoutOp;
import io.gabor.backend.DropoutSpec;
import io.gabor.backend.EnlargeOp;
import io.gabor.backend.Epilogue;
import io.gabor.backend.LayerNormOp;
import io.gabor.backend.OptimizerOp;
import io.gabor.backend.OptimizerSpec;
import io.gabor.backend.Pointwise;
import io.gabor.backend.PoolOp;
import io.gabor.backend.Ties;
import io.gabor.backend.WeightedOp;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.nn.Dense;
import io.gabor.nn.Initializer;
import io.gabor.nn.Layer;
import io.gabor.nn.MeanSquaredError;
import io.gabor.nn.Mode;
import io.gabor.nn.Network;
import io.gabor.nn.ReLU;
import io.gabor.nn.Residual;
import io.gabor.nn.Sequential;
import io.gabor.optim.Adagrad;
import io.gabor.optim.Adam;
import io.gabor.optim.AdamW;
import io.gabor.optim.Optimizer;
import io.gabor.optim.RmsProp;
import io.gabor.optim.Sgd;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.EnlargeGeometry;
import io.gabor.tensor.Philox;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import io.gabor.tensor.WindowAxis;
import io.gabor.train.NonFiniteException;
import io.gabor.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Computes the worked examples of docs/backprop.md on the reference backend, and compares with what is printed there. */
class BackpropExamplesTest {
    private static final Epilogue WITH_BIAS = new Epilogue(Bias.PER_FILTER, Activation.IDENTITY);
    private static final Set<String> CHECKED = new HashSet<>();

    private static String document;
    private static Map<String, WorkedExample> examples;

    private Backend backend;
    private WorkedExample example;

    @BeforeAll
    static void read() throws IOException {
        document = Files.readString(Path.of("docs", "backprop.md"));
        examples = WorkedExample.read(document);
    }

    @BeforeEach
    void open() {
        backend = Backends.select("reference");
    }

    @AfterEach
    void close() {
        backend.close();
        if (example != null) {
            example.complete();
        }
    }

    /** An example that no test computes could print anything. */
    @AfterAll
    static void everyExampleIsChecked() {
        if (CHECKED.size() > 1) {
            assertEquals(examples.keySet(), CHECKED);
        }
    }

    private WorkedExample example(String name) {
        assertTrue(examples.containsKey(name), "docs/backprop.md has no example " + name);
        CHECKED.add(name);
        example = examples.get(name);
        return example;
    }

    private Tensor tensor(double... values) {
        Tensor tensor = backend.allocate(Shape.of(values.length));
        backend.upload(values, values.length, tensor);
        return tensor;
    }

    private Tensor empty(int size) {
        return backend.allocate(Shape.of(size));
    }

    private double[] read(Tensor tensor) {
        double[] values = new double[tensor.size()];
        backend.download(tensor, values, values.length);
        return values;
    }

    /** Runs a layer with weights both ways and expects {@code y}, {@code dw}, {@code db} and {@code dx}, by these names. */
    private void weighted(WeightedOp op, int n, boolean biased, String xName, String dxName) {
        Tensor x = tensor(example.get(xName));
        Tensor w = tensor(example.get("w"));
        Tensor b = biased ? tensor(example.get("b")) : null;
        Tensor dy = tensor(example.get("dy"));
        Tensor y = empty(dy.size());
        Tensor dw = empty(w.size());
        Tensor db = biased ? empty(b.size()) : null;
        Tensor dx = empty(x.size());
        op.forward(n, x, w, b, y);
        op.backward(n, x, w, y, dy, dw, db, dx);
        example.expect("y", read(y));
        example.expect("dw", read(dw));
        if (biased) {
            example.expect("db", read(db));
        }
        example.expect(dxName, read(dx));
    }

    private static WindowAxis dense(int in, int kernel) {
        return new WindowAxis(in, kernel, 1, 1, 0, 0, false);
    }

    private static ConvGeometry conv1d(int channels, int filters, int groups, WindowAxis axis) {
        return new ConvGeometry(channels, filters, groups, dense(1, 1), axis);
    }

    private void conv1d(String name, WindowAxis axis) {
        example(name);
        weighted(backend.conv2d(conv1d(1, 1, 1, axis), Epilogue.NONE, 1), 1, false, "x", "dx");
    }

    @Test
    void chain() {
        example("chain");
        Tensor t = tensor(example.get("t"));
        Tensor loss = empty(1);
        Tensor dy = empty(1);
        backend.meanSquaredError(1, tensor(example.get("y")), t, loss, dy);
        example.expect("L", read(loss));
        example.expect("dy", read(dy));
        weighted(backend.dense(1, 1, WITH_BIAS, 1), 1, true, "x", "dx");

        Tensor nudged = empty(1);
        backend.dense(1, 1, WITH_BIAS, 1)
                .forward(1, tensor(example.get("x")), tensor(3.01), tensor(example.get("b")), nudged);
        backend.meanSquaredError(1, nudged, t, loss, null);
        assertEquals(4.0804, read(loss)[0], 1e-12);
    }

    @Test
    void dense() {
        example("dense");
        weighted(backend.dense(3, 2, WITH_BIAS, 2), 2, true, "x", "dx");
    }

    @Test
    void convolutionOfARow() {
        conv1d("conv1d", dense(4, 3));
    }

    @Test
    void stridedConvolution() {
        conv1d("conv1d-strided", new WindowAxis(5, 3, 2, 1, 1, 1, false));
        // The uncropped gradient is that of an input which holds the padding itself.
        double[] x = example.get("x");
        double[] padded = new double[x.length + 2];
        System.arraycopy(x, 0, padded, 1, x.length);
        Tensor full = empty(padded.length);
        WeightedOp op = backend.conv2d(conv1d(1, 1, 1, new WindowAxis(7, 3, 2, 1, 0, 0, false)), Epilogue.NONE, 1);
        Tensor w = tensor(example.get("w"));
        op.backward(1, tensor(padded), w, tensor(example.get("y")), tensor(example.get("dy")), empty(3), null, full);
        example.expect("full", read(full));
    }

    @Test
    void dilatedConvolution() {
        conv1d("conv1d-dilated", new WindowAxis(5, 2, 1, 3, 0, 0, false));
    }

    @Test
    void convolutionInGroups() {
        example("conv1d-groups");
        weighted(backend.conv2d(conv1d(2, 2, 2, dense(3, 2)), Epilogue.NONE, 1), 1, false, "x", "dx");
    }

    @Test
    void convolutionOfAnImage() {
        example("conv2d");
        ConvGeometry geometry = new ConvGeometry(1, 1, 1, dense(3, 2), dense(3, 2));
        weighted(backend.conv2d(geometry, WITH_BIAS, 1), 1, true, "x", "dx");
    }

    @Test
    void convolutionAsAMatrixProduct() {
        example("im2col");
        weighted(backend.dense(4, 1, Epilogue.NONE, 4), 4, false, "patches", "dpatches");
        double[] dpatches = example.get("dpatches");
        // tap (1,1) of window (0,0), (1,0) of (0,1), (0,1) of (1,0), (0,0) of (1,1)
        double middle = dpatches[3] + dpatches[4 + 2] + dpatches[8 + 1] + dpatches[12];
        assertEquals(examples.get("conv2d").get("dx")[4], middle);
    }

    private double[] pool(PoolOp op, Tensor x) {
        Tensor dy = tensor(example.get("dy"));
        Tensor y = empty(dy.size());
        Tensor dx = empty(x.size());
        op.forward(1, x, y);
        op.backward(1, x, y, dy, dx);
        example.expect("y", read(y));
        return read(dx);
    }

    @Test
    void maxPooling() {
        example("maxpool");
        PoolGeometry geometry = new PoolGeometry(1, dense(3, 2), dense(3, 2));
        Tensor x = tensor(example.get("x"));
        example.expect("first", pool(backend.maxPool2d(geometry, Ties.FIRST, 1), x));
        example.expect("all", pool(backend.maxPool2d(geometry, Ties.ALL, 1), x));
    }

    @Test
    void averagePooling() {
        example("avgpool");
        PoolGeometry geometry = new PoolGeometry(1, dense(3, 2), dense(3, 2));
        example.expect("dx", pool(backend.avgPool2d(geometry, true, 1), tensor(example.get("x"))));
    }

    private void activation(Activation f, String yName, String dxName) {
        Tensor x = tensor(example.get("x"));
        Tensor y = empty(x.size());
        Tensor dx = empty(x.size());
        backend.activation(f, x.size(), x, y);
        backend.activationBackward(f, x.size(), y, tensor(example.get("dy")), dx);
        example.expect(yName, read(y));
        example.expect(dxName, read(dx));
    }

    @Test
    void activations() {
        example("activations");
        activation(Activation.RELU, "relu", "dRelu");
        activation(Activation.leakyRelu(0.1f), "leaky", "dLeaky");
        activation(Activation.SIGMOID, "sigmoid", "dSigmoid");
        activation(Activation.TANH, "tanh", "dTanh");
    }

    @Test
    void softmaxAndCrossEntropy() {
        example("softmax");
        Tensor x = tensor(example.get("x"));
        Tensor y = empty(3);
        backend.softmax(1, 3, x, y);
        example.expect("y", read(y));

        double[] jacobian = new double[9];
        for (int i = 0; i < 3; i++) {
            double[] unit = new double[3];
            unit[i] = 1;
            Tensor row = empty(3);
            backend.softmaxBackward(1, 3, y, tensor(unit), row);
            System.arraycopy(read(row), 0, jacobian, 3 * i, 3);
        }
        example.expect("J", jacobian);

        int label = (int) example.number("label");
        double[] gradient = new double[3];
        gradient[label] = -1 / read(y)[label];
        example.expect("dy", gradient);
        Tensor apart = empty(3);
        backend.softmaxBackward(1, 3, y, tensor(gradient), apart);
        example.expect("dx", read(apart));
        Tensor fused = empty(3);
        example.expect("loss", crossEntropy(x, label, fused));
        example.expect("dx", read(fused));
    }

    private double crossEntropy(Tensor x, int label, Tensor dx) {
        Tensor labels = backend.allocate(ElementType.I32, Shape.of(1));
        backend.upload(new int[] {label}, 1, labels);
        Tensor loss = empty(1);
        backend.softmaxCrossEntropy(1, x.size(), x, labels, loss, dx);
        return read(loss)[0];
    }

    @Test
    void smoothedLabelsAndClassWeights() {
        example("softmax-weighted");
        double[] w = example.get("w");
        int label = (int) example.number("label");
        double smoothing = example.number("eps");
        double[] q = new double[w.length];
        for (int c = 0; c < q.length; c++) {
            q[c] = w[c] * ((c == label ? 1 - smoothing : 0) + smoothing / q.length);
        }
        example.expect("q", q);
        Tensor labels = backend.allocate(ElementType.I32, Shape.of(1));
        backend.upload(new int[] {label}, 1, labels);
        Tensor loss = empty(1);
        Tensor dx = empty(w.length);
        Tensor x = tensor(example.get("x"));
        backend.softmaxCrossEntropy(1, w.length, x, labels, tensor(w), smoothing, loss, dx);
        example.expect("loss", read(loss));
        example.expect("dx", read(dx));
    }

    @Test
    void softmaxOfLargeValues() {
        example("softmax-large");
        Tensor x = tensor(example.get("x"));
        Tensor y = empty(3);
        backend.softmax(1, 3, x, y);
        example.expect("y", read(y));
        example.expect("loss", crossEntropy(x, 0, null));
    }

    @Test
    void meanSquaredError() {
        example("mse");
        Tensor loss = empty(1);
        Tensor dp = empty(2);
        backend.meanSquaredError(2, tensor(example.get("p")), tensor(example.get("t")), loss, dp);
        example.expect("L", read(loss));
        example.expect("dp", read(dp));
    }

    /** Sigmoid and binary cross-entropy, apart and from the logits. */
    private void binaryCrossEntropy(String apartLoss, String apartGradient, String logitLoss, String logitGradient) {
        Tensor x = tensor(example.get("x"));
        Tensor t = tensor(example.get("t"));
        int count = x.size();
        Tensor p = empty(count);
        Tensor loss = empty(1);
        Tensor dp = empty(count);
        Tensor dx = empty(count);
        backend.activation(Activation.SIGMOID, count, x, p);
        example.expect("p", read(p));
        backend.binaryCrossEntropy(count, p, t, loss, dp);
        example.expect(apartLoss, read(loss));
        example.expect("dp", read(dp));
        backend.activationBackward(Activation.SIGMOID, count, p, dp, dx);
        example.expect(apartGradient, read(dx));
        backend.binaryCrossEntropyWithLogits(count, x, t, loss, dx);
        example.expect(logitLoss, read(loss));
        example.expect(logitGradient, read(dx));
    }

    @Test
    void binaryCrossEntropy() {
        example("bce");
        binaryCrossEntropy("L", "dx", "L", "dx");
    }

    @Test
    void binaryCrossEntropyAtTheEnds() {
        example("bce-saturated");
        binaryCrossEntropy("L", "dx", "Llogits", "dlogits");
    }

    private static float[] floats(double... values) {
        float[] result = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = (float) values[i];
        }
        return result;
    }

    @Test
    void residual() {
        example("residual");
        Layer identity = new Dense(2).bias(false);
        Layer shortcut = Residual.of(new Dense(2).bias(false));
        try (Network network = Network.training(Sequential.of(identity, shortcut), Shape.of(2), backend, 1, 1)) {
            network.load(Map.of(
                    "dense1.weight", new float[] {1, 0, 0, 1}, "residual1.dense1.weight", floats(example.get("w"))));
            backend.upload(example.get("x"), 2, network.in().value());
            network.forward(1, Mode.TRAIN);
            example.expect("y", read(network.out().value()));
            backend.upload(example.get("dy"), 2, network.out().gradient());
            network.backward(1);
            example.expect("dx", read(identity.out().gradient()));
        }
    }

    @Test
    void pointwise() {
        example("pointwise");
        pointwise(Pointwise.GELU, "gelu", "dGelu");
        pointwise(Pointwise.SILU, "silu", "dSilu");
        pointwise(Pointwise.elu(1), "elu", "dElu");
        pointwise(Pointwise.SOFTPLUS, "softplus", "dSoftplus");
        pointwise(Pointwise.HARD_SWISH, "hardSwish", "dHardSwish");
    }

    private void pointwise(Pointwise f, String value, String derivative) {
        Tensor x = tensor(example.get("x"));
        Tensor y = empty(3);
        Tensor dx = empty(3);
        backend.pointwise(f, 3, x, y);
        backend.pointwiseBackward(f, 3, x, tensor(example.get("dy")), dx);
        example.expect(value, read(y));
        example.expect(derivative, read(dx));
    }

    @Test
    void batchNorm() {
        example("batch-norm");
        BatchNormSpec spec = new BatchNormSpec(1e-5, 0.1, Activation.IDENTITY);
        Tensor x = tensor(example.get("x"));
        Tensor gamma = tensor(example.number("gamma"));
        Tensor beta = tensor(example.number("beta"));
        Tensor mean = tensor(0);
        Tensor variance = tensor(1);
        Tensor y = empty(4);
        BatchNormOp norm = backend.batchNorm(1, 1, spec, 4);
        norm.forward(4, x, tensor(1), tensor(0), tensor(0), tensor(1), y);
        example.expect("xhat", read(y));
        norm.forward(4, x, gamma, beta, mean, variance, y);
        example.expect("mean", 10 * read(mean)[0]);
        example.expect("y", read(y));
        example.expect("runMean", read(mean));
        example.expect("runVar", read(variance));
        Tensor dgamma = empty(1);
        Tensor dbeta = empty(1);
        Tensor dx = empty(4);
        norm.backward(4, x, gamma, y, tensor(example.get("dy")), dgamma, dbeta, dx);
        example.expect("dgamma", read(dgamma));
        example.expect("dbeta", read(dbeta));
        example.expect("dx", read(dx));
        norm.close();
    }

    @Test
    void layerNorm() {
        example("layer-norm");
        Tensor x = tensor(example.get("x"));
        Tensor gamma = tensor(example.get("gamma"));
        LayerNormOp norm = backend.layerNorm(4, 1e-5, 2);
        Tensor y = empty(8);
        norm.forward(2, x, tensor(1, 1, 1, 1), tensor(0, 0, 0, 0), y);
        example.expect("xhat", read(y));
        norm.forward(2, x, gamma, tensor(example.get("beta")), y);
        example.expect("y", read(y));
        Tensor dgamma = empty(4);
        Tensor dbeta = empty(4);
        Tensor dx = empty(8);
        norm.backward(2, x, gamma, tensor(example.get("dy")), dgamma, dbeta, dx);
        example.expect("dgamma", read(dgamma));
        example.expect("dbeta", read(dbeta));
        example.expect("dx", read(dx));
        norm.close();
    }

    @Test
    void dropout() {
        example("dropout");
        double p = example.number("p");
        int[] words = new int[4];
        Philox.block(3, 2, 0, words);
        example.expect(
                "r",
                Arrays.stream(words)
                        .mapToDouble(word -> Integer.toUnsignedLong(word) * 0x1p-32)
                        .toArray());
        Tensor pass = backend.allocate(ElementType.I32, Shape.of(1));
        backend.fill(pass, 2);
        DropoutOp dropout = backend.dropout(4, 1, new DropoutSpec(p, 3), 1);
        for (String[] each : new String[][] {{"x", "y"}, {"dy", "dx"}}) {
            Tensor out = empty(4);
            dropout.apply(1, pass, tensor(example.get(each[0])), out);
            example.expect(each[1], read(out));
        }
        Tensor mask = empty(4);
        dropout.apply(1, pass, tensor(1, 1, 1, 1), mask);
        example.expect("m", read(mask));
        dropout.close();
    }

    @Test
    void enlarge() {
        example("enlarge");
        EnlargeOp enlarge = backend.enlarge2d(new EnlargeGeometry(1, 1, 2, 2, 0, 0, 0, 0), 1);
        Tensor y = empty(8);
        Tensor dx = empty(2);
        enlarge.forward(1, tensor(example.get("x")), y);
        enlarge.backward(1, tensor(example.get("dy")), dx);
        example.expect("y", read(y));
        example.expect("dx", read(dx));
        enlarge.close();
    }

    private double[] twoSteps(Optimizer optimizer, double rate) {
        OptimizerSpec spec = optimizer.spec();
        Tensor p = tensor(1);
        List<Tensor> state = new ArrayList<>();
        for (int i = 0; i < spec.stateCount(); i++) {
            state.add(empty(1));
        }
        OptimizerOp op = backend.optimizer(spec, List.of(new OptimizerOp.Slot(p, tensor(0.5), state)));
        Tensor step = backend.allocate(ElementType.I32, Shape.of(1));
        double[] result = new double[2];
        for (int i = 0; i < 2; i++) {
            backend.increment(step, 1);
            op.step(tensor(rate), step);
            result[i] = read(p)[0];
        }
        return result;
    }

    @Test
    void optimizers() {
        example("optimizers");
        double rate = 0.1;
        example.expect("sgd", twoSteps(new Sgd(rate), rate));
        example.expect("momentum", twoSteps(new Sgd(rate, 0.9, false, 0), rate));
        example.expect("nesterov", twoSteps(new Sgd(rate, 0.9, true, 0), rate));
        example.expect("adam", twoSteps(new Adam(rate), rate));
        example.expect("adamw", twoSteps(new AdamW(rate), rate));
        example.expect("rmsprop", twoSteps(new RmsProp(rate, 0.9, 1e-8, 0, 0), rate));
        example.expect("adagrad", twoSteps(new Adagrad(rate), rate));
    }

    /** The text's factors are exact; a net of ten random layers must show them within a few per cent. */
    @Test
    void initialisers() {
        example("initialisers");
        int width = 256;
        example.expect("standardNormal", Math.sqrt(width / 2.0));
        example.expect("heNormal", 1);
        example.expect("small", Math.sqrt(width * 0.05 * 0.05 / 2));
        assertEquals(example.number("standardNormal"), growth(width, Initializer.STANDARD_NORMAL), 0.6);
        assertEquals(example.number("heNormal"), growth(width, Initializer.HE_NORMAL), 0.05);
        assertEquals(example.number("small"), growth(width, Initializer.normal(0.05)), 0.03);
        assertEquals(3e10, Math.pow(example.number("standardNormal"), 10), 0.5e10);
        assertEquals(0.003, Math.pow(example.number("small"), 10), 0.0005);
    }

    /** Returns the mean factor by which a layer of units with ReLU changes the root mean square of its input. */
    private double growth(int width, Initializer initializer) {
        int depth = 10;
        int samples = 64;
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < depth; i++) {
            layers.add(new Dense(width).init(initializer));
            layers.add(new ReLU());
        }
        try (Network network = Network.training(new Sequential(layers), Shape.of(width), backend, samples, 1)) {
            Philox random = new Philox(2, 0);
            double[] x = new double[samples * width];
            for (int i = 0; i < x.length; i++) {
                // what a ReLU makes of N(0, 2): its mean square is 1
                x[i] = Math.max(0, Math.sqrt(2) * random.nextGaussian());
            }
            backend.upload(x, x.length, network.in().value());
            network.forward(samples, Mode.INFER);
            return Math.pow(rms(read(network.out().value())) / rms(x), 1.0 / depth);
        }
    }

    private static double rms(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum / values.length);
    }

    @Test
    void rates() {
        example("rate");
        example.expect("slow", descend(0.1));
        example.expect("fast", descend(0.3));
    }

    /** Minimises (w·x − t)² for x = 2 and t = 2, from w = 2. */
    private double[] descend(double rate) {
        Tensor x = tensor(2);
        Tensor w = tensor(2);
        Tensor dw = empty(1);
        Tensor step = backend.allocate(ElementType.I32, Shape.of(1));
        WeightedOp op = backend.dense(1, 1, Epilogue.NONE, 1);
        OptimizerOp sgd = backend.optimizer(new Sgd(rate).spec(), List.of(new OptimizerOp.Slot(w, dw, List.of())));
        double[] path = {2, 0, 0};
        for (int i = 1; i < path.length; i++) {
            Tensor y = empty(1);
            Tensor dy = empty(1);
            op.forward(1, x, w, null, y);
            backend.meanSquaredError(1, y, tensor(2), empty(1), dy);
            op.backward(1, x, w, y, dy, dw, null, null);
            backend.increment(step, 1);
            sgd.step(tensor(rate), step);
            path[i] = read(w)[0];
        }
        return path;
    }

    /** The message in the text is the one that the run gives. */
    @Test
    void divergence() {
        Dataset data = Dataset.regression("line", Shape.of(1), new float[] {100}, Shape.of(1), new float[] {1});
        try (Network network =
                Network.training(Sequential.of(new Dense(3), new Dense(3), new Dense(1)), Shape.of(1), backend, 1, 1)) {
            Trainer trainer = new Trainer(network, new MeanSquaredError(), new Sgd(0.1))
                    .normalization(Normalization.NONE)
                    .epochs(100);
            NonFiniteException found = assertThrows(NonFiniteException.class, () -> trainer.train(data));
            assertTrue(document.contains("\n" + found.getMessage() + "\n"), found.getMessage());
        }
    }

    @Test
    void differences() {
        example("differences");
        Tensor y = empty(3);
        double epsilon = 0.001;
        backend.activation(Activation.SIGMOID, 3, tensor(1, 1 - epsilon, 1 + epsilon), y);
        double[] at = read(y);
        Tensor slope = empty(1);
        backend.activationBackward(Activation.SIGMOID, 1, tensor(at[0]), tensor(1), slope);
        example.expect("exact", read(slope));
        example.expect("forward", (at[2] - at[0]) / epsilon);
        example.expect("central", (at[2] - at[1]) / (2 * epsilon));
        float tiny = 0.000001f;
        example.expect("float", (sigmoid(1 + tiny) - sigmoid(1 - tiny)) / (2 * tiny));
    }

    /** As a program in float computes it. */
    private static float sigmoid(float x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }

    /** In the text: float32's sigmoid reaches 1 near 17, and the sigmoid's slope 9.4 away from 0 is below 0.0001. */
    @Test
    void sigmoidsEnds() {
        assertEquals(1f, (float) (1 / (1 + Math.exp(-17.4))));
        assertTrue((float) (1 / (1 + Math.exp(-16.5))) < 1f);
        double variance = 784 * (0.1307 * 0.1307 + 0.3081 * 0.3081);
        assertEquals(88, variance, 0.5);
        assertEquals(9.4, Math.sqrt(variance), 0.05);
        double y = 1 / (1 + Math.exp(-Math.sqrt(variance)));
        assertTrue(y * (1 - y) < 0.0001);
        assertEquals(2.303, Math.log(10), 0.0005);
    }
}
