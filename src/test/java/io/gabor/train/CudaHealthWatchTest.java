package io.gabor.train;

/** The same where the cuda backend can run: on a GPU, or on the emulator, whose test run takes classes of this name. */
class CudaHealthWatchTest extends HealthWatchTest {}
