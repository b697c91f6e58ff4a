package io.gabor.backend.cuda;

import jcuda.Pointer;

/** A host address that the driver fills in and that we may read and make. */
final class HostPointer extends Pointer {
    HostPointer() {}

    HostPointer(long address) {
        super(address);
    }

    long address() {
        return getNativePointer();
    }
}
