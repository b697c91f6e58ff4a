package io.gabor.backend.cuda;

import jcuda.driver.CUdeviceptr;

/** A device address that the driver fills in and that we may read. */
final class DevicePointer extends CUdeviceptr {
    long address() {
        return getNativePointer();
    }
}
