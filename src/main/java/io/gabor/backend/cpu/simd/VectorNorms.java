package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;

/** {@link NormKernels} with the Vector API: a part of a sum for each lane, since no sum is taken across lanes. */
final class VectorNorms implements NormKernels {
    @Override
    public int parts() {
        return LANES;
    }

    @Override
    public void moments(int n, float centre, float[] x, int xo, float[] parts) {
        FloatVector middle = FloatVector.broadcast(SPECIES, centre);
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = FloatVector.zero(SPECIES);
        FloatVector q0 = FloatVector.zero(SPECIES);
        FloatVector q1 = FloatVector.zero(SPECIES);
        int j = 0;
        for (; j + 2 * LANES <= n; j += 2 * LANES) {
            FloatVector d0 = FloatVector.fromArray(SPECIES, x, xo + j).sub(middle);
            FloatVector d1 = FloatVector.fromArray(SPECIES, x, xo + j + LANES).sub(middle);
            s0 = s0.add(d0);
            s1 = s1.add(d1);
            q0 = d0.fma(d0, q0);
            q1 = d1.fma(d1, q1);
        }
        s0.add(s1).intoArray(parts, 0);
        q0.add(q1).intoArray(parts, LANES);
        ScalarNorms.moments(j, n, centre, x, xo, parts, LANES);
    }

    @Override
    public void products(int n, float centre, float[] x, int xo, float[] d, int dOffset, float[] parts) {
        FloatVector middle = FloatVector.broadcast(SPECIES, centre);
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = FloatVector.zero(SPECIES);
        FloatVector q0 = FloatVector.zero(SPECIES);
        FloatVector q1 = FloatVector.zero(SPECIES);
        int j = 0;
        for (; j + 2 * LANES <= n; j += 2 * LANES) {
            FloatVector d0 = FloatVector.fromArray(SPECIES, d, dOffset + j);
            FloatVector d1 = FloatVector.fromArray(SPECIES, d, dOffset + j + LANES);
            s0 = s0.add(d0);
            s1 = s1.add(d1);
            q0 = FloatVector.fromArray(SPECIES, x, xo + j).sub(middle).fma(d0, q0);
            q1 = FloatVector.fromArray(SPECIES, x, xo + j + LANES).sub(middle).fma(d1, q1);
        }
        s0.add(s1).intoArray(parts, 0);
        q0.add(q1).intoArray(parts, LANES);
        ScalarNorms.products(j, n, centre, x, xo, d, dOffset, parts, LANES);
    }

    @Override
    public void normalize(int n, float centre, float scale, float shift, float[] x, int xo, float[] y, int yo) {
        FloatVector middle = FloatVector.broadcast(SPECIES, centre);
        FloatVector factor = FloatVector.broadcast(SPECIES, scale);
        FloatVector term = FloatVector.broadcast(SPECIES, shift);
        int bound = n - n % LANES;
        for (int j = 0; j < bound; j += LANES) {
            FloatVector.fromArray(SPECIES, x, xo + j)
                    .sub(middle)
                    .fma(factor, term)
                    .intoArray(y, yo + j);
        }
        ScalarNorms.normalize(bound, n, centre, scale, shift, x, xo, y, yo);
    }

    @Override
    public void combine(
            int n,
            float a,
            float[] d,
            int dOffset,
            float b,
            float centre,
            float[] x,
            int xo,
            float c,
            float[] y,
            int yo) {
        FloatVector ofD = FloatVector.broadcast(SPECIES, a);
        FloatVector ofX = FloatVector.broadcast(SPECIES, b);
        FloatVector middle = FloatVector.broadcast(SPECIES, centre);
        FloatVector term = FloatVector.broadcast(SPECIES, c);
        int bound = n - n % LANES;
        for (int j = 0; j < bound; j += LANES) {
            FloatVector rest =
                    FloatVector.fromArray(SPECIES, x, xo + j).sub(middle).fma(ofX, term);
            FloatVector.fromArray(SPECIES, d, dOffset + j).fma(ofD, rest).intoArray(y, yo + j);
        }
        ScalarNorms.combine(bound, n, a, d, dOffset, b, centre, x, xo, c, y, yo);
    }

    @Override
    public void affine(
            int n,
            float centre,
            float scale,
            float shift,
            float[] x,
            int xo,
            float[] gamma,
            int go,
            float[] beta,
            int bo,
            float[] y,
            int yo) {
        FloatVector middle = FloatVector.broadcast(SPECIES, centre);
        FloatVector factor = FloatVector.broadcast(SPECIES, scale);
        FloatVector term = FloatVector.broadcast(SPECIES, shift);
        int bound = n - n % LANES;
        for (int j = 0; j < bound; j += LANES) {
            FloatVector.fromArray(SPECIES, x, xo + j)
                    .sub(middle)
                    .fma(factor, term)
                    .fma(FloatVector.fromArray(SPECIES, gamma, go + j), FloatVector.fromArray(SPECIES, beta, bo + j))
                    .intoArray(y, yo + j);
        }
        ScalarNorms.affine(bound, n, centre, scale, shift, x, xo, gamma, go, beta, bo, y, yo);
    }

    @Override
    public void addGradients(
            int n,
            float centre,
            float scale,
            float shift,
            float[] x,
            int xo,
            float[] d,
            int dOffset,
            float[] dgamma,
            int go,
            float[] dbeta,
            int bo) {
        FloatVector middle = FloatVector.broadcast(SPECIES, centre);
        FloatVector factor = FloatVector.broadcast(SPECIES, scale);
        FloatVector term = FloatVector.broadcast(SPECIES, shift);
        int bound = n - n % LANES;
        for (int j = 0; j < bound; j += LANES) {
            FloatVector gradient = FloatVector.fromArray(SPECIES, d, dOffset + j);
            FloatVector.fromArray(SPECIES, x, xo + j)
                    .sub(middle)
                    .fma(factor, term)
                    .fma(gradient, FloatVector.fromArray(SPECIES, dgamma, go + j))
                    .intoArray(dgamma, go + j);
            FloatVector.fromArray(SPECIES, dbeta, bo + j).add(gradient).intoArray(dbeta, bo + j);
        }
        ScalarNorms.addGradients(bound, n, centre, scale, shift, x, xo, d, dOffset, dgamma, go, dbeta, bo);
    }
}
