package io.gabor.backend.cuda;

/** The kernels of one convolution, forward with its epilogue and backward from dz; all arguments have been checked. */
interface ConvKernels {
    /** Queues the forward pass. */
    void forward(int n, CudaStorage x, CudaStorage w, CudaStorage b, CudaStorage y);

    /** Queues the gradient with respect to the input. */
    void backwardData(int n, CudaStorage dz, CudaStorage w, CudaStorage dx);

    /** Queues the gradients of the weights and of the bias per filter; {@code db} is null where nobody needs that. */
    void backwardFilter(int n, CudaStorage x, CudaStorage dz, CudaStorage dw, CudaStorage db);

    /** Returns the floats of workspace that {@link #use} wants for the weights; 0 for none. */
    long partialWeights();

    /** Returns the floats of workspace that {@link #use} wants for the bias; 0 for none. */
    long partialBias();

    /** Takes the workspaces; null for none. */
    void use(CudaStorage forWeights, CudaStorage forBias);
}
