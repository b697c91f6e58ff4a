/**
 * Stateless arithmetic on caller-owned float arrays, twice: with the Vector API and in plain Java. This is the only
 * package that knows {@code jdk.incubator.vector}; {@link io.gabor.backend.cpu.simd.KernelSelection} decides once per JVM
 * which twin runs.
 */
package io.gabor.backend.cpu.simd;
