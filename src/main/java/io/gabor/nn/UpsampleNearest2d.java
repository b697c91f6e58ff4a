package io.gabor.nn;

import io.gabor.tensor.EnlargeGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.Map;

/**
 * A larger image in which each pixel is a square of equal ones. {@code x: N×C×H×W}, {@code y: N×C×(H·f)×(W·f)}.
 *
 * <pre>
 * forward    y[n,c,i,j]  = x[n,c,i / f,j / f]
 * backward   dx[n,c,h,v] = Σ over a, b &lt; f of dy[n,c,h·f + a,v·f + b]
 * </pre>
 */
public final class UpsampleNearest2d extends EnlargeLayer {
    private final int factor;

    /** Takes f, at least 1. */
    public UpsampleNearest2d(int factor) {
        if (factor < 1) {
            throw new ShapeException("images are enlarged by a factor of at least 1, found " + factor);
        }
        this.factor = factor;
    }

    @Override
    EnlargeGeometry geometry(Shape in) {
        if (in.rank() != 3) {
            throw new ShapeException(
                    "upsampling takes channels×height×width, found " + in + "; put a Reshape in front");
        }
        return new EnlargeGeometry(in.dim(0), in.dim(1), in.dim(2), factor, 0, 0, 0, 0);
    }

    @Override
    public String kind() {
        return "upsample_nearest2d";
    }

    @Override
    public Map<String, Object> config() {
        return Map.of("factor", factor);
    }

    static UpsampleNearest2d read(LayerConfig config) {
        return new UpsampleNearest2d(config.integer("factor"));
    }
}
