/**
 * The fast pure-Java backend: float arrays, one pool of threads, packed panels, fused epilogues. The arithmetic itself is
 * in {@link io.gabor.backend.cpu.simd}; here is what to compute, in which order, on which thread.
 *
 * <p>Work is cut into chunks that depend on the geometry and the number of samples, never on the number of threads; a sum
 * over chunks is taken in the order of the chunks. So the bits of every result are the same for any number of threads.
 */
package io.gabor.backend.cpu;
