package io.gabor.cli;

/**
 * Starts the program: in a second JVM with the Vector API if this one lacks it, else here. Refers to nothing big, so that
 * the JVM that only waits for the second one stays small.
 */
public final class Main {
    private Main() {}

    /** Runs a command line and exits with its code. */
    public static void main(String[] args) throws InterruptedException {
        Relaunch relaunch = Relaunch.ofThisJvm();
        if (relaunch.wanted()) {
            relaunch.run(args);
        }
        System.exit(Gabor.run(args));
    }
}
