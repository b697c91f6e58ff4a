package io.gabor.backend.cuda;

import io.gabor.backend.Activation;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.WindowAxis;

/**
 * One direction of a convolution that is an implicit matrix product, with one launch for each tile shape that there is
 * for its kernel size: {@code native-kernels/convforward.cu} and {@code convdata.cu}. Which one runs depends on the
 * number of samples, in speed only.
 */
final class ConvTiles {
    private static final TileShape[] SMALL = TileShape.list(8, 128, 32, 128, 32, 32, 64, 128, 64, 32);
    private static final TileShape[] FORWARD_5X5 =
            TileShape.list(8, 128, 20, 128, 20, 32, 32, 128, 52, 128, 52, 32, 64, 128);
    private static final TileShape[] DATA_5X5 = TileShape.list(8, 128, 20, 128, 20, 32, 32, 128, 64, 128);
    private static final TileShape[] ANY = TileShape.list(8, 128, 32, 128, 32, 32, 64, 128);
    /** How many arguments describe the geometry. */
    static final int GEOMETRY = 16;

    private final TileShape[] shapes;
    private final Launch[] launches;
    private final int rows;
    private final int pixels;
    private final int products;

    private ConvTiles(TileShape[] shapes, Launch[] launches, int rows, int pixels, int products) {
        this.shapes = shapes;
        this.launches = launches;
        this.rows = rows;
        this.pixels = pixels;
        this.products = products;
    }

    /** Returns the forward pass with its epilogue. */
    static ConvTiles forward(CudaContext context, ConvGeometry geometry, Epilogue epilogue) {
        String size = size(geometry);
        TileShape[] shapes = "5x5".equals(size) ? FORWARD_5X5 : "any".equals(size) ? ANY : SMALL;
        Launch[] launches =
                launches(context, "conv2d forward, " + geometry, "gabor_convforward_" + size, shapes, geometry, 23);
        Bias bias = epilogue.bias();
        Activation activation = epilogue.activation();
        for (Launch launch : launches) {
            launch.setInt(16, bias.ordinal());
            launch.setInt(17, activation.kind().ordinal()).setFloat(18, activation.slope());
        }
        return new ConvTiles(
                shapes,
                launches,
                geometry.outChannels() / geometry.groups(),
                geometry.rows().out() * geometry.cols().out(),
                geometry.groups());
    }

    /** Returns the gradient with respect to the input. */
    static ConvTiles backwardData(CudaContext context, ConvGeometry geometry) {
        WindowAxis rows = geometry.rows();
        WindowAxis cols = geometry.cols();
        boolean strided = rows.stride() > 1 || cols.stride() > 1;
        String size = strided ? "any" : size(geometry);
        TileShape[] shapes = "5x5".equals(size) ? DATA_5X5 : "any".equals(size) ? ANY : SMALL;
        Launch[] launches =
                launches(context, "conv2d backward, " + geometry, "gabor_convdata_" + size, shapes, geometry, 19);
        // the pixels of one phase of the strides
        int pixels = ((rows.in() - 1) / rows.stride() + 1) * ((cols.in() - 1) / cols.stride() + 1);
        int products = Math.multiplyExact(geometry.groups(), Math.multiplyExact(rows.stride(), cols.stride()));
        return new ConvTiles(shapes, launches, geometry.inChannels() / geometry.groups(), pixels, products);
    }

    private static String size(ConvGeometry geometry) {
        int kernel = geometry.rows().kernel();
        boolean known = kernel == geometry.cols().kernel() && (kernel == 1 || kernel == 3 || kernel == 5);
        return known ? kernel + "x" + kernel : "any";
    }

    private static Launch[] launches(
            CudaContext context, String op, String kernel, TileShape[] shapes, ConvGeometry geometry, int arguments) {
        Launch[] launches = new Launch[shapes.length];
        for (int i = 0; i < shapes.length; i++) {
            launches[i] = context.launch(op, kernel + "_" + shapes[i], arguments);
            setGeometry(launches[i], geometry);
        }
        return launches;
    }

    /** Sets arguments 1 to 15, which all kernels of convolution begin with; 0 is the number of samples. */
    static void setGeometry(Launch launch, ConvGeometry geometry) {
        WindowAxis rows = geometry.rows();
        WindowAxis cols = geometry.cols();
        launch.setInt(1, geometry.inChannels()).setInt(2, rows.in()).setInt(3, cols.in());
        launch.setInt(4, geometry.outChannels()).setInt(5, rows.out()).setInt(6, cols.out());
        launch.setInt(7, geometry.groups());
        launch.setInt(8, rows.kernel()).setInt(9, cols.kernel());
        launch.setInt(10, rows.stride()).setInt(11, cols.stride());
        launch.setInt(12, rows.dilation()).setInt(13, cols.dilation());
        launch.setInt(14, rows.padBefore()).setInt(15, cols.padBefore());
    }

    /** Returns the number of tile shapes. */
    int shapes() {
        return shapes.length;
    }

    /** Returns the index of the shape to use for n samples. */
    int shape(int n) {
        return TileShape.fastest(shapes, rows, (long) n * pixels, products);
    }

    /** Queues the forward pass in tiles of one of the shapes. */
    void forward(int shape, int n, CudaStorage x, CudaStorage w, CudaStorage b, CudaStorage y) {
        launches[shape].setPointer(19, x).setPointer(20, w).setPointer(21, b).setPointer(22, y);
        run(shape, n);
    }

    /** Queues the gradient with respect to the input in tiles of one of the shapes. */
    void backwardData(int shape, int n, CudaStorage dz, CudaStorage w, CudaStorage dx) {
        launches[shape].setPointer(GEOMETRY, dz).setPointer(GEOMETRY + 1, w).setPointer(GEOMETRY + 2, dx);
        run(shape, n);
    }

    private void run(int shape, int n) {
        long blocks = shapes[shape].tiles(rows, (long) n * pixels) * products;
        launches[shape].setInt(0, n).run(Math.toIntExact(blocks), TileShape.THREADS);
    }
}
