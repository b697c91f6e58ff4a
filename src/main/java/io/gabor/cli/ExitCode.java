package io.gabor.cli;

/** What the program leaves with. Interrupted by Ctrl-C, it leaves with 130, as the shell has it. */
final class ExitCode {
    static final int DONE = 0;
    static final int CHECK_FAILED = 1;
    static final int BAD_INPUT = 2;

    private ExitCode() {}
}
