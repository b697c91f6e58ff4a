package io.gabor.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C, or another polite signal, while there is something to save: the work is asked to stop, and the JVM waits until
 * this is closed before it leaves with the signal's exit code. A second Ctrl-C kills at once.
 */
final class Interruption implements AutoCloseable {
    private static final int KILLED_BY_INTERRUPT = 130;

    private final CountDownLatch saved = new CountDownLatch(1);
    private final Thread hook;
    private volatile boolean happened;

    /** Watches from now on. */
    Interruption(Runnable stop) {
        hook = new Thread(
                () -> {
                    happened = true;
                    killAtSecondInterrupt();
                    stop.run();
                    awaitSaved();
                },
                "interruption");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Returns whether the JVM has been asked to leave. */
    boolean happened() {
        return happened;
    }

    private void awaitSaved() {
        try {
            saved.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The JVM ignores a signal while it shuts down. There is no public way to hear of one, so this one may be missing. */
    private static void killAtSecondInterrupt() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler kill = (proxy, method, args) -> {
                Runtime.getRuntime().halt(KILLED_BY_INTERRUPT);
                return null;
            };
            Object killer = Proxy.newProxyInstance(Interruption.class.getClassLoader(), new Class<?>[] {handler}, kill);
            Object interrupt = signal.getConstructor(String.class).newInstance("INT");
            signal.getMethod("handle", signal, handler).invoke(null, interrupt, killer);
        } catch (ReflectiveOperationException | RuntimeException e) {
            // Then a second Ctrl-C waits like the first one.
        }
    }

    /** All is saved: the JVM may leave. */
    @Override
    public void close() {
        saved.countDown();
        if (!happened) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // It is leaving already.
            }
        }
    }
}
