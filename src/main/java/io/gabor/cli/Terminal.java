package io.gabor.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What there is to know about the terminal, if there is one. */
final class Terminal {
    private static final int USUAL_WIDTH = 80;

    private Terminal() {}

    /** Returns whether input, output and (where the system tells) error output are a terminal. */
    static boolean isThere() {
        Console console = System.console();
        return console != null && isTerminal(console) && errorsGoToTerminal();
    }

    /** From Java 22 on there is a console for pipes too, and {@code isTerminal} to tell; before, null was the answer. */
    private static boolean isTerminal(Console console) {
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    private static boolean errorsGoToTerminal() {
        Path stream = Path.of("/proc/self/fd/2");
        try {
            return !Files.isSymbolicLink(stream)
                    || Files.readSymbolicLink(stream).toString().matches("/dev/(pts/|tty|console).*");
        } catch (IOException | UnsupportedOperationException e) {
            return true;
        }
    }

    /** Returns the number of columns: as {@code stty} says; 80 where there is none. */
    static int width() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            int columns = Integer.parseInt(size.substring(size.indexOf(' ') + 1));
            return columns >= 20 ? columns : USUAL_WIDTH;
        } catch (IOException | NumberFormatException e) {
            return USUAL_WIDTH;
        }
    }
}
