package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** {@link CurveKernels} with the Vector API, step by step {@link ScalarCurves}; each function has loops of its own. */
final class VectorCurves implements CurveKernels {
    @Override
    public void apply(Curve f, float alpha, int n, float[] x, int xo, float[] y, int yo) {
        int bound = n - n % LANES;
        switch (f) {
            case GELU -> gelu(bound, x, xo, y, yo);
            case SILU -> silu(bound, x, xo, y, yo);
            case ELU -> elu(alpha, bound, x, xo, y, yo);
            case SOFTPLUS -> softplus(bound, x, xo, y, yo);
            case HARD_SWISH -> hardSwish(bound, x, xo, y, yo);
        }
        ScalarCurves.apply(f, alpha, bound, n, x, xo, y, yo);
    }

    @Override
    public void differentiate(
            Curve f, float alpha, int n, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo) {
        int bound = n - n % LANES;
        switch (f) {
            case GELU -> geluSlope(bound, x, xo, dy, dyo, dx, dxo);
            case SILU -> siluSlope(bound, x, xo, dy, dyo, dx, dxo);
            case ELU -> eluSlope(alpha, bound, x, xo, dy, dyo, dx, dxo);
            case SOFTPLUS -> softplusSlope(bound, x, xo, dy, dyo, dx, dxo);
            case HARD_SWISH -> hardSwishSlope(bound, x, xo, dy, dyo, dx, dxo);
        }
        ScalarCurves.differentiate(f, alpha, bound, n, x, xo, dy, dyo, dx, dxo);
    }

    /** The product, 0 where the factor is. */
    private static FloatVector times(FloatVector x, FloatVector factor) {
        return x.mul(factor).blend(0f, factor.compare(VectorOperators.EQ, 0f));
    }

    private static FloatVector normal(FloatVector x) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector z = x.abs().mul(ScalarCurves.SQRT_HALF);
        FloatVector t = one.div(z.fma(FloatVector.broadcast(SPECIES, 0.5f), one));
        FloatVector p = FloatVector.broadcast(SPECIES, ScalarCurves.ERFC[0]);
        p = p.fma(t, FloatVector.broadcast(SPECIES, ScalarCurves.ERFC[1]));
        p = p.fma(t, FloatVector.broadcast(SPECIES, ScalarCurves.ERFC[2]));
        p = p.fma(t, FloatVector.broadcast(SPECIES, ScalarCurves.ERFC[3]));
        p = p.fma(t, FloatVector.broadcast(SPECIES, ScalarCurves.ERFC[4]));
        p = p.fma(t, FloatVector.broadcast(SPECIES, ScalarCurves.ERFC[5]));
        p = p.fma(t, FloatVector.broadcast(SPECIES, ScalarCurves.ERFC[6]));
        p = p.fma(t, FloatVector.broadcast(SPECIES, ScalarCurves.ERFC[7]));
        p = p.fma(t, FloatVector.broadcast(SPECIES, ScalarCurves.ERFC[8]));
        p = p.fma(t, FloatVector.broadcast(SPECIES, ScalarCurves.ERFC[9]));
        FloatVector tail = t.mul(0.5f).mul(VectorMath.exp(z.neg().fma(z, p)));
        return one.sub(tail).blend(tail, x.compare(VectorOperators.LT, 0f));
    }

    private static FloatVector log1p(FloatVector u) {
        FloatVector z = u.div(u.add(2f));
        FloatVector square = z.mul(z);
        FloatVector p = FloatVector.broadcast(SPECIES, ScalarCurves.LOG[0]);
        p = p.fma(square, FloatVector.broadcast(SPECIES, ScalarCurves.LOG[1]));
        p = p.fma(square, FloatVector.broadcast(SPECIES, ScalarCurves.LOG[2]));
        p = p.fma(square, FloatVector.broadcast(SPECIES, ScalarCurves.LOG[3]));
        p = p.fma(square, FloatVector.broadcast(SPECIES, ScalarCurves.LOG[4]));
        p = p.fma(square, FloatVector.broadcast(SPECIES, ScalarCurves.LOG[5]));
        p = p.fma(square, FloatVector.broadcast(SPECIES, ScalarCurves.LOG[6]));
        return p.mul(z);
    }

    private static void gelu(int n, float[] x, int xo, float[] y, int yo) {
        for (int j = 0; j < n; j += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + j);
            times(v, normal(v)).intoArray(y, yo + j);
        }
    }

    private static void silu(int n, float[] x, int xo, float[] y, int yo) {
        for (int j = 0; j < n; j += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + j);
            times(v, VectorMath.sigmoid(v)).intoArray(y, yo + j);
        }
    }

    private static void elu(float alpha, int n, float[] x, int xo, float[] y, int yo) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int j = 0; j < n; j += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + j);
            FloatVector t = VectorMath.tanh(v.mul(0.5f));
            t.mul(2f)
                    .div(one.sub(t))
                    .mul(alpha)
                    .blend(v, v.compare(VectorOperators.GT, 0f))
                    .intoArray(y, yo + j);
        }
    }

    private static void softplus(int n, float[] x, int xo, float[] y, int yo) {
        for (int j = 0; j < n; j += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + j);
            v.max(0f).add(log1p(VectorMath.exp(v.abs().neg()))).intoArray(y, yo + j);
        }
    }

    private static void hardSwish(int n, float[] x, int xo, float[] y, int yo) {
        for (int j = 0; j < n; j += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + j);
            times(v, v.add(3f).max(0f).min(6f)).mul(1f / 6).intoArray(y, yo + j);
        }
    }

    private static void geluSlope(int n, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo) {
        FloatVector density = FloatVector.broadcast(SPECIES, ScalarCurves.DENSITY);
        for (int j = 0; j < n; j += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + j);
            FloatVector slope = times(v, VectorMath.exp(v.mul(-0.5f).mul(v))).fma(density, normal(v));
            FloatVector.fromArray(SPECIES, dy, dyo + j).mul(slope).intoArray(dx, dxo + j);
        }
    }

    private static void siluSlope(int n, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo) {
        for (int j = 0; j < n; j += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + j);
            FloatVector s = VectorMath.sigmoid(v);
            FloatVector slope = times(times(v, s), VectorMath.sigmoid(v.neg())).add(s);
            FloatVector.fromArray(SPECIES, dy, dyo + j).mul(slope).intoArray(dx, dxo + j);
        }
    }

    private static void eluSlope(float alpha, int n, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo) {
        for (int j = 0; j < n; j += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + j);
            FloatVector slope = VectorMath.exp(v.min(0f)).mul(alpha).blend(1f, v.compare(VectorOperators.GT, 0f));
            FloatVector.fromArray(SPECIES, dy, dyo + j).mul(slope).intoArray(dx, dxo + j);
        }
    }

    private static void softplusSlope(int n, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo) {
        for (int j = 0; j < n; j += LANES) {
            FloatVector slope = VectorMath.sigmoid(FloatVector.fromArray(SPECIES, x, xo + j));
            FloatVector.fromArray(SPECIES, dy, dyo + j).mul(slope).intoArray(dx, dxo + j);
        }
    }

    private static void hardSwishSlope(int n, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo) {
        FloatVector third = FloatVector.broadcast(SPECIES, 1f / 3);
        FloatVector half = FloatVector.broadcast(SPECIES, 0.5f);
        for (int j = 0; j < n; j += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + j);
            FloatVector slope = v.fma(third, half)
                    .blend(0f, v.compare(VectorOperators.LE, -3f))
                    .blend(1f, v.compare(VectorOperators.GE, 3f));
            FloatVector.fromArray(SPECIES, dy, dyo + j).mul(slope).intoArray(dx, dxo + j);
        }
    }
}
