package io.gabor.cli;

import io.gabor.io.AtomicFile;
import io.gabor.io.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a command prints, for programs: one JSON object, in a file or on standard output. */
final class JsonReport {
    /** In place of a file's name: standard output. */
    static final String STDOUT = "-";

    private final Map<String, Object> values = new LinkedHashMap<>();
    private final String target;

    private JsonReport(String target) {
        this.target = target;
    }

    /**
     * Makes a report to be written to a file, to standard output ({@value #STDOUT}), or nowhere (null).
     *
     * @throws UsageException if the file cannot be written
     */
    static JsonReport to(String target) {
        if (target != null && !target.equals(STDOUT)) {
            Destination.check("--json", Path.of(target));
        }
        return new JsonReport(target);
    }

    JsonReport put(String key, Object value) {
        values.put(key, value);
        return this;
    }

    void write(PrintWriter stdout) throws IOException {
        if (target == null) {
            return;
        }
        String text = Json.writePretty(values) + "\n";
        if (target.equals(STDOUT)) {
            stdout.print(text);
            stdout.flush();
        } else {
            AtomicFile.write(Path.of(target), out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
        }
    }
}
