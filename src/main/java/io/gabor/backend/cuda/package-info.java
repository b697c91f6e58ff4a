/**
 * The CUDA backend: the seam on an NVIDIA GPU, with hand-written kernels through the driver API. The only package that
 * knows JCuda.
 *
 * <p>From the bottom: {@link io.gabor.backend.cuda.CudaNatives} loads the bindings or says why not;
 * {@link io.gabor.backend.cuda.CudaContext} owns the device's context, its one stream, its
 * {@link io.gabor.backend.cuda.CudaMemory} and its {@link io.gabor.backend.cuda.Modules}; a
 * {@link io.gabor.backend.cuda.Launch} is one kernel with its arguments; each family of ops has one class that checks,
 * packs and launches; {@code CudaBackend} is the seam itself. The kernels are in
 * {@code native-kernels}.
 */
package io.gabor.backend.cuda;
