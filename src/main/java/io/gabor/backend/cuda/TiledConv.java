package io.gabor.backend.cuda;

import io.gabor.backend.Epilogue;
import io.gabor.tensor.ConvGeometry;

/** Convolutions as implicit matrix products: {@link ConvTiles} forward and to the input, {@link ConvFilterGradient} to the weights. */
final class TiledConv implements ConvKernels {
    private final ConvTiles forward;
    private final ConvTiles backwardData;
    private final ConvFilterGradient filterGradient;

    TiledConv(CudaContext context, ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        forward = ConvTiles.forward(context, geometry, epilogue);
        backwardData = ConvTiles.backwardData(context, geometry);
        filterGradient = new ConvFilterGradient(context, geometry, ConvFilterGradient.shape(geometry), maxBatch);
    }

    @Override
    public void forward(int n, CudaStorage x, CudaStorage w, CudaStorage b, CudaStorage y) {
        forward.forward(forward.shape(n), n, x, w, b, y);
    }

    @Override
    public void backwardData(int n, CudaStorage dz, CudaStorage w, CudaStorage dx) {
        backwardData.backwardData(backwardData.shape(n), n, dz, w, dx);
    }

    @Override
    public void backwardFilter(int n, CudaStorage x, CudaStorage dz, CudaStorage dw, CudaStorage db) {
        filterGradient.run(n, x, dz, dw, db);
    }

    @Override
    public long partialWeights() {
        return filterGradient.partialWeights();
    }

    @Override
    public long partialBias() {
        return filterGradient.partialBias();
    }

    @Override
    public void use(CudaStorage forWeights, CudaStorage forBias) {
        filterGradient.use(forWeights, forBias);
    }
}
