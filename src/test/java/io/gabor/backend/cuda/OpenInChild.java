package io.gabor.backend.cuda;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendException;
import io.gabor.backend.BackendProvider;
import io.gabor.backend.Backends;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;

/** What a child JVM does for {@link CudaProviderTest}: asks, opens, adds, and prints one line for each. */
final class OpenInChild {
    private OpenInChild() {}

    /** Opens the backend of the name given. */
    public static void main(String[] args) {
        BackendProvider.Availability found = new CudaProvider().probe();
        System.out.println("probe: " + found.usable() + " | " + found.detail() + " | " + found.remedy());
        try (Backend backend = Backends.select(args[0])) {
            System.out.println("opened: " + backend.name() + " | " + backend.device());
            Tensor a = backend.allocate(Shape.of(3));
            backend.fill(a, 1);
            Runnable step = () -> backend.add(3, a, a, a);
            Runnable recorded = backend.record(step);
            recorded.run();
            float[] values = new float[3];
            backend.download(a, values, 3);
            System.out.println("added: " + values[2] + (recorded == step ? " plainly" : " recorded"));
        } catch (BackendException e) {
            System.out.println("failed: " + e.getClass().getSimpleName() + " | " + e.getMessage());
        }
    }
}
