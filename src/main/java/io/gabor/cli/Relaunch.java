package io.gabor.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The Vector API is an incubating module, which a JVM has only if its command line asks for it. So where it is missing the
 * program starts itself once more, in the same JVM with the same flags and that one, on the same terminal. The first
 * JVM then only waits: signals go to both or are passed on, and it leaves with the second one's exit code.
 */
final class Relaunch {
    /** The module that the second JVM is started with. */
    static final String MODULE = "jdk.incubator.vector";

    /** The environment variable that turns this off. */
    static final String OFF = "GABOR_NO_RELAUNCH";

    /** The system property by which the second JVM knows that it is one. */
    private static final String MARK = "gabor.relaunched";

    /** As after SIGTERM. */
    private static final int TERMINATED = 143;

    /** Time for a signal that the terminal sent to both JVMs to arrive before another one is passed on. */
    private static final long SIGNAL_MILLIS = 200;

    /** Whether the module is missing here, though this JDK has it; and if nothing is done about it, why. */
    enum State {
        RESOLVED("the module " + MODULE + " is resolved"),
        RELAUNCHED("started a second time with the module " + MODULE),
        NO_MODULE("this Java installation has no module " + MODULE + "; use a full JDK"),
        TURNED_OFF("turned off by the environment variable " + OFF),
        FAILED("the second start did not bring the module " + MODULE),
        WANTED("to be started a second time with the module " + MODULE);

        private final String text;

        State(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private final State state;

    private Relaunch(State state) {
        this.state = state;
    }

    static Relaunch ofThisJvm() {
        boolean resolved = ModuleLayer.boot().findModule(MODULE).isPresent();
        boolean second = System.getProperty(MARK) != null;
        if (resolved) {
            return new Relaunch(second ? State.RELAUNCHED : State.RESOLVED);
        }
        if (second) {
            return new Relaunch(State.FAILED);
        }
        String off = System.getenv(OFF);
        if (off != null && !off.isEmpty()) {
            return new Relaunch(State.TURNED_OFF);
        }
        boolean has = ModuleFinder.ofSystem().find(MODULE).isPresent();
        return new Relaunch(has ? State.WANTED : State.NO_MODULE);
    }

    State state() {
        return state;
    }

    boolean wanted() {
        return state == State.WANTED;
    }

    /** Runs the program in a second JVM and exits with its code; returns only if that JVM cannot be started. */
    void run(String[] args) throws InterruptedException {
        Process child;
        try {
            ProcessBuilder builder = new ProcessBuilder(command(args)).inheritIO();
            // Their flags are among this JVM's own by now.
            builder.environment().keySet().removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"));
            child = builder.start();
        } catch (IOException e) {
            System.err.println("WARN could not start Java a second time with --add-modules " + MODULE + " ("
                    + e.getMessage() + "); going on without the Vector API, several times slower");
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> followSignal(child), "second JVM"));
        System.exit(child.waitFor());
    }

    /** This JVM is going down, perhaps by a signal: take the other one along and leave with its code. */
    private static void followSignal(Process child) {
        try {
            if (!child.waitFor(SIGNAL_MILLIS, TimeUnit.MILLISECONDS)) {
                child.destroy();
            }
            Runtime.getRuntime().halt(child.waitFor());
        } catch (InterruptedException e) {
            child.destroy();
        }
    }

    private static List<String> command(String[] args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("--add-modules=" + MODULE);
        command.add("-D" + MARK + "=true");
        String classPath = System.getProperty("java.class.path");
        if ((System.getProperty("sun.java.command", "") + " ").startsWith(classPath + " ")) {
            // Started with -jar, and then the rest of the manifest counts as well.
            command.addAll(List.of("-jar", classPath));
        } else {
            command.addAll(List.of("-cp", classPath, Main.class.getName()));
        }
        command.addAll(List.of(args));
        return command;
    }

    /** In the second JVM: ends this one when the first one is gone without having been able to say so. */
    static void leaveWithParent() {
        if (System.getProperty(MARK) == null) {
            return;
        }
        ProcessHandle.current().parent().ifPresent(parent -> {
            Thread watch = new Thread(
                    () -> {
                        parent.onExit().join();
                        System.exit(TERMINATED);
                    },
                    "first JVM");
            watch.setDaemon(true);
            watch.start();
        });
    }
}
