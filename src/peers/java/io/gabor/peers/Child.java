package io.gabor.peers;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A JVM with one engine, asked over its standard input and output; see {@link ChildMain}. */
final class Child implements AutoCloseable {
    private final Jdk jdk;
    private final Engine engine;
    private final Process process;
    private final Writer questions;
    private final BufferedReader answers;
    private final Path log;

    private Child(Jdk jdk, Engine engine, Process process, Path log) {
        this.jdk = jdk;
        this.engine = engine;
        this.process = process;
        this.log = log;
        questions = process.outputWriter(StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts the JVM.
     *
     * @param work a folder for what engines unpack and for their logs
     */
    static Child start(Jdk jdk, Engine engine, int threads, Path work) throws IOException {
        Files.createDirectories(work);
        Path log = work.resolve(engine + "-" + jdk.version().feature() + ".log");
        int count = engine.threads(threads);
        List<String> command = new ArrayList<>(List.of(jdk.java()));
        command.addAll(flags(engine, count, work));
        command.addAll(List.of("-cp", classPath(engine), ChildMain.class.getName()));
        command.addAll(List.of(engine.toString(), Integer.toString(count)));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"));
        for (String variable : List.of("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")) {
            environment.put(variable, Integer.toString(count));
        }
        return new Child(jdk, engine, builder.start(), log);
    }

    /** Gabor gets what it needs and no more, since a JVM looks for services in every jar. */
    private static String classPath(Engine engine) {
        return System.getProperty(engine.isGabor() ? "gabor.peers.classpath" : "java.class.path");
    }

    private static List<String> flags(Engine engine, int threads, Path work) {
        return switch (engine) {
            case GABOR, GABOR_1 -> List.of("--add-modules=jdk.incubator.vector");
            case GABOR_SCALAR -> List.of("-Dgabor.simd=off");
            // Offline: no search for newer natives, no message home.
            case DJL ->
                List.of(
                        "-Dai.djl.pytorch.num_threads=" + threads,
                        "-Dai.djl.pytorch.num_interop_threads=1",
                        "-Dai.djl.offline=true",
                        "-DOPT_OUT_TRACKING=true",
                        "-DDJL_CACHE_DIR=" + work.resolve("djl"),
                        "-DENGINE_CACHE_DIR=" + work.resolve("djl"));
            case DL4J -> List.of("-Dorg.bytedeco.javacpp.cachedir=" + work.resolve("javacpp") + File.separator);
        };
    }

    Jdk jdk() {
        return jdk;
    }

    Engine engine() {
        return engine;
    }

    String hello() throws IOException {
        return ask("hello");
    }

    /** Builds the net and runs one batch; returns the loss, NaN where nothing is trained. */
    double prepare(Work work) throws IOException {
        return Double.parseDouble(ask("prepare " + work.name()));
    }

    void warm(Work work, double seconds) throws IOException {
        ask(String.format(Locale.ROOT, "warm %s %f", work.name(), seconds));
    }

    /** Returns the calls per second. */
    double run(Work work, double seconds) throws IOException {
        return Double.parseDouble(ask(String.format(Locale.ROOT, "run %s %f", work.name(), seconds)));
    }

    double loss(Work work) throws IOException {
        return Double.parseDouble(ask("loss " + work.name()));
    }

    private String ask(String question) throws IOException {
        try {
            questions.write(question + "\n");
            questions.flush();
            return ChildMain.checked(answers.readLine());
        } catch (IOException e) {
            throw new IOException(
                    engine + " on Java " + jdk + ", asked '" + question + "': " + e.getMessage() + "; see " + log, e);
        }
    }

    /** Ends the JVM and waits for it. */
    @Override
    public void close() throws IOException {
        try {
            questions.close();
        } catch (IOException e) {
            // It is gone already, which is what we want.
            process.destroy();
        }
        process.onExit().join();
    }
}
