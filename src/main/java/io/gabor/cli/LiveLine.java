package io.gabor.cli;

import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * The last line of a terminal, written again and again by a progress bar, with room for other lines to be printed above it.
 * It is gone when it is closed, and when the JVM is asked to leave: whatever comes next then begins a line of its own.
 * Of the progress-bar library's own consumers none leaves that room, and they ask JLine for the terminal's width, which
 * takes a second.
 */
final class LiveLine implements ProgressBarConsumer {
    /** The characters that a terminal prints for Ctrl-C. */
    private static final int ECHO = 2;

    private final PrintStream out;
    private final int width;
    private final Thread atExit = new Thread(this::end, "live line");
    private int shown;
    private boolean ended;

    LiveLine(PrintStream out, int width) {
        this.out = out;
        // The last column wraps on some terminals, and Ctrl-C is echoed as two characters.
        this.width = width - ECHO - 1;
        try {
            Runtime.getRuntime().addShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM is leaving: no line any more.
            ended = true;
        }
    }

    @Override
    public int getMaxRenderedLength() {
        return width;
    }

    @Override
    public synchronized void accept(String line) {
        if (ended) {
            return;
        }
        String fitting = line.length() > width ? line.substring(0, width) : line;
        out.print("\r" + fitting + " ".repeat(Math.max(0, shown - fitting.length())));
        out.flush();
        shown = fitting.length();
    }

    @Override
    public synchronized void clear() {
        if (shown > 0) {
            out.print("\r" + " ".repeat(shown + ECHO) + "\r");
            out.flush();
            shown = 0;
        }
    }

    /** Prints something in this line's place; this line comes back with its next change. */
    synchronized void above(Runnable print) {
        clear();
        print.run();
    }

    private synchronized void end() {
        clear();
        ended = true;
    }

    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM is leaving, and the line gone.
        }
    }
}
