package io.gabor.nn;

import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.Map;

/**
 * Max pooling with a window as large as the image. {@code x: N×C×H×W}, {@code y: N×C×1×1}.
 *
 * <pre>
 * forward    y[n,c]      = max over h,w of x[n,c,h,w]
 * backward   dx[n,c,h,w] = dy[n,c] where the first maximum is, else 0
 * </pre>
 */
public final class GlobalMaxPool2d extends MaxPool2d {
    public GlobalMaxPool2d() {
        super(1);
    }

    @Override
    public PoolGeometry geometry(Shape in) {
        if (in.rank() != 3) {
            throw new ShapeException("pooling takes channels×height×width, found " + in + "; put a Reshape in front");
        }
        return PoolGeometry.global(in.dim(0), in.dim(1), in.dim(2));
    }

    @Override
    public String kind() {
        return "global_max_pool2d";
    }

    @Override
    public Map<String, Object> config() {
        return Map.of();
    }
}
