package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.backend.OptimizerOp;
import io.gabor.backend.OutOfMemoryException;
import io.gabor.tensor.Tensor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A backend with less memory than it has: what would take more than a limit fails, as on a full device. */
public final class LimitedMemory {
    private LimitedMemory() {}

    /** Returns a backend that computes as {@code backend} does and holds at most {@code limit} bytes. */
    public static Backend of(Backend backend, long limit) {
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("freeBytes")) {
                        return limit - backend.allocatedBytes();
                    }
                    boolean[] planning = PLANNING.get();
                    if (method.getName().equals("planned")) {
                        planning[0] = true;
                    }
                    try {
                        Object result = method.invoke(backend, arguments);
                        if (backend.allocatedBytes() > limit && !planning[0]) {
                            undo(backend, result);
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        if (method.getName().equals("planned")) {
                            planning[0] = false;
                        }
                    }
                });
    }

    /** A plan's ops may take what they like: they are closed again. */
    private static final ThreadLocal<boolean[]> PLANNING = ThreadLocal.withInitial(() -> new boolean[1]);

    private static void undo(Backend backend, Object made) throws Exception {
        if (made instanceof Tensor tensor) {
            backend.release(tensor);
            throw new OutOfMemoryException("allocate: " + tensor + " does not fit", null);
        }
        if (made instanceof AutoCloseable op && !(made instanceof OptimizerOp)) {
            op.close();
            throw new OutOfMemoryException("an op's workspace does not fit", null);
        }
    }
}
