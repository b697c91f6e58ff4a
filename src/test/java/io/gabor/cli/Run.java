package io.gabor.cli;

import io.gabor.io.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A command line run in this JVM, with its exit code and what it printed. */
record Run(int code, String out, String err) {
    static Run gabor(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] texts = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            texts[i] = args[i].toString();
        }
        int code = Gabor.commandLine(new PrintWriter(out), new PrintWriter(err)).execute(texts);
        return new Run(code, out.toString(), err.toString());
    }

    static Map<?, ?> json(Path file) throws IOException {
        return (Map<?, ?>) Json.read(Files.readAllBytes(file));
    }
}
