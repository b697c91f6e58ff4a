package io.gabor.model;

import io.gabor.data.Normalization;

/** What the recipes for CIFAR-10 share. */
final class Cifar10 {
    /** The mean and the deviation of the training images' red, green and blue, on [0, 1]. */
    static final Normalization NORMALIZATION =
            Normalization.standard(new double[] {0.4914, 0.4822, 0.4465}, new double[] {0.2470, 0.2435, 0.2616});

    private Cifar10() {}
}
