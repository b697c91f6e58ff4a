/**
 * One suite that holds every backend to the seam: each op, over seeded random geometries, against {@code reference}. A
 * backend is included by merely having a provider; {@code -Dgabor.conformance.backends=cpu,cuda} restricts the suite to
 * the named ones, each of which must then work.
 *
 * <p>{@link io.gabor.backend.conformance.Trial} is the harness: it makes each argument on both backends, poisons the
 * outputs, runs an op on both, and compares. {@link io.gabor.backend.conformance.Conformance} finds the backends, and
 * {@link io.gabor.backend.conformance.Coverage} prints at the end which op ran how often and how far off it was.
 */
package io.gabor.backend.conformance;
