package io.gabor.cli;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendOptions;
import io.gabor.backend.BackendProvider;
import io.gabor.backend.Backends;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** The reference backend with an error of one per cent in whatever is read back as doubles. */
public final class WrongBackendProvider implements BackendProvider {
    @Override
    public String name() {
        return "wrong";
    }

    @Override
    public int priority() {
        return -2;
    }

    @Override
    public Availability probe() {
        return new Availability(true, "wrong on purpose", "");
    }

    @Override
    public Backend open(BackendOptions options) {
        Backend right = Backends.select("reference", options);
        Class<?>[] type = {Backend.class};
        return (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(), type, (proxy, method, args) -> {
            try {
                Object result = method.invoke(right, args);
                if (method.getName().equals("download") && args[1] instanceof double[] values) {
                    for (int i = 0; i < values.length; i++) {
                        values[i] *= 1.01;
                    }
                }
                return result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }
}
