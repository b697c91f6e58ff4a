package io.gabor.cli;

import java.io.PrintWriter;

/** Where a command's lines for people go. On a terminal there may be a {@link LiveLine} below them that moves. */
final class Screen {
    private final PrintWriter out;
    private final boolean terminal;
    private LiveLine live;

    Screen(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Returns whether somebody is watching. */
    boolean isTerminal() {
        return terminal;
    }

    void line(String line) {
        LiveLine below = live;
        if (below == null) {
            print(line);
        } else {
            below.above(() -> print(line));
        }
    }

    void format(String format, Object... values) {
        line(Numbers.format(format, values));
    }

    void table(Table table) {
        table.lines().forEach(this::line);
    }

    private void print(String line) {
        out.println(line);
        out.flush();
    }

    /** Returns the moving line, which begins with the first call; only on a terminal. */
    LiveLine live() {
        if (live == null) {
            live = new LiveLine(System.err, Terminal.width());
        }
        return live;
    }

    /** Clears the moving line away. */
    void endLive() {
        if (live != null) {
            live.close();
            live = null;
        }
    }
}
