package io.gabor.nn;

import io.gabor.tensor.EnlargeGeometry;
import io.gabor.tensor.Padding;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.Map;

/**
 * Zeros around an image. {@code x: N×C×H×W}, {@code y: N×C×(top + H + bottom)×(left + W + right)}.
 *
 * <pre>
 * forward    y[n,c,top + h,left + v] = x[n,c,h,v], all others 0
 * backward   dx[n,c,h,v]             = dy[n,c,top + h,left + v]
 * </pre>
 *
 * <p>Convolution and pooling pad by themselves and take no memory for it; this is for where a layer of its own is wanted.
 */
public final class ZeroPad2d extends EnlargeLayer {
    private final Padding padding;

    /** Makes as many rows and columns of zeros on all four sides. */
    public ZeroPad2d(int all) {
        this(Padding.of(all));
    }

    /**
     * Makes zeros per side.
     *
     * @param padding an explicit one: {@code Padding.of(top, bottom, left, right)}
     */
    public ZeroPad2d(Padding padding) {
        if (padding.kind() == Padding.Kind.SAME) {
            throw new ShapeException("this padding has no window to follow, found 'same'; give the zeros of each side");
        }
        this.padding = padding;
    }

    @Override
    EnlargeGeometry geometry(Shape in) {
        if (in.rank() != 3) {
            throw new ShapeException("padding takes channels×height×width, found " + in + "; put a Reshape in front");
        }
        return new EnlargeGeometry(
                in.dim(0), in.dim(1), in.dim(2), 1, padding.top(), padding.bottom(), padding.left(), padding.right());
    }

    @Override
    public String kind() {
        return "zero_pad2d";
    }

    @Override
    public Map<String, Object> config() {
        return Map.of("padding", LayerConfig.write(padding));
    }

    static ZeroPad2d read(LayerConfig config) {
        return new ZeroPad2d(config.padding("padding"));
    }
}
