package io.gabor.nn;

import io.gabor.backend.Activation;

/** A layer whose op computes the activation that follows it in the same pass. */
interface FusingLayer {
    /** Makes this layer compute the activation that follows it; before it is connected. */
    void fuse(Activation following);
}
