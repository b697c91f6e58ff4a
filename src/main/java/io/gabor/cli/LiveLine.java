package io.gabor.cli;

import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * The last line of a terminal, written again and again by a progress bar, with room for other lines to be printed above it.
 * Of the progress-bar library's own consumers none leaves that room, and they ask JLine for the terminal's width, which
 * takes a second.
 */
final class LiveLine implements ProgressBarConsumer {
    private final PrintStream out;
    private final int width;
    private int shown;

    LiveLine(PrintStream out, int width) {
        this.out = out;
        // The last column wraps on some terminals, and Ctrl-C is echoed as two characters.
        this.width = width - 3;
    }

    @Override
    public int getMaxRenderedLength() {
        return width;
    }

    @Override
    public synchronized void accept(String line) {
        String fitting = line.length() > width ? line.substring(0, width) : line;
        out.print("\r" + fitting + " ".repeat(Math.max(0, shown - fitting.length())));
        out.flush();
        shown = fitting.length();
    }

    @Override
    public synchronized void clear() {
        if (shown > 0) {
            out.print("\r" + " ".repeat(shown) + "\r");
            out.flush();
            shown = 0;
        }
    }

    /** Prints something in this line's place; this line comes back with its next change. */
    synchronized void above(Runnable print) {
        clear();
        print.run();
    }

    @Override
    public void close() {
        clear();
    }
}
