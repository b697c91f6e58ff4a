package io.gabor.backend.cuda;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendOptions;
import io.gabor.backend.BackendProvider;
import io.gabor.backend.BackendUnavailableException;

/** Makes {@code cuda} backends where there is an NVIDIA GPU; elsewhere it says why there is none. */
public final class CudaProvider implements BackendProvider {
    static final String NAME = "cuda";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int priority() {
        return 100;
    }

    /** Loads the driver's bindings and asks for the device, and makes no context on it: that takes memory and time. */
    @Override
    public Availability probe() {
        try {
            return new Availability(true, CudaDevice.find().toString(), "");
        } catch (CudaDevice.UnusableException e) {
            return new Availability(false, e.getMessage(), e.remedy());
        }
    }

    @Override
    public Backend open(BackendOptions options) {
        try {
            CudaContext context = new CudaContext(CudaDevice.find());
            try {
                return new CudaBackend(context);
            } catch (RuntimeException | Error e) {
                context.close();
                throw e;
            }
        } catch (CudaDevice.UnusableException e) {
            throw new BackendUnavailableException("backend cuda: " + e.getMessage() + "; " + e.remedy());
        }
    }
}
