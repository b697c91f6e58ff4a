package io.gabor.peers;

import io.gabor.backend.cpu.Ceiling;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures Gabor's backend {@code cpu} against other engines in one run, all in turn, and prints the ratios. */
@Command(
        name = "java @target/peers.args",
        sortOptions = false,
        description = {
            "Measures Gabor against DJL with PyTorch and Deeplearning4j on the CPU: a JVM for each engine and JDK, one"
                    + " working at a time, in turn. See docs/benchmarks.md.",
            "MNIST is read from where the program finds it ($GABOR_DATA); without it digits are drawn."
        })
public final class Peers implements Callable<Integer> {
    /** After this long the threads of the engine before are asleep: OpenMP's spin for up to 0.2 s. */
    private static final long PAUSE_MILLIS = 300;

    @Option(
            names = "--works",
            split = ",",
            paramLabel = "NAME",
            description = "What to measure (default: all): ${WORKS}.")
    private List<String> works = Work.ALL.stream().map(Work::name).toList();

    @Option(
            names = "--engines",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Which engines (default: all): gabor, gabor-1 (one thread), gabor-scalar (no Vector API), djl, dl4j.")
    private List<String> engines =
            List.of(Engine.values()).stream().map(Engine::toString).toList();

    @Option(names = "--threads", paramLabel = "N", description = "Threads of every engine (default: all cores).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Rounds; the median counts (default: ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(
            names = "--seconds",
            paramLabel = "X",
            description = "How long an engine works in a round (default: ${DEFAULT-VALUE}); the warm-up is longer.")
    private double seconds = 3;

    @Option(
            names = "--jdks",
            split = ",",
            paramLabel = "DIR",
            description = "Java installations (default: the oldest from 17 on and the newest beside the running one).")
    private List<Path> jdks = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "Writes every figure of every round for programs.")
    private Path json;

    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    /** The processes that wanted a processor in the last minute; negative where the system does not say. */
    private final double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();

    private final List<Child> children = new ArrayList<>();
    private final Map<Integer, Series> ceilings = new TreeMap<>();
    private final Path folder = Path.of(System.getProperty("gabor.peers.work"));

    private Peers() {}

    public static void main(String[] arguments) {
        System.setProperty(
                "WORKS", String.join(", ", Work.ALL.stream().map(Work::name).toList()));
        CommandLine command = new CommandLine(new Peers());
        command.setExecutionExceptionHandler((e, line, parsed) -> {
            System.err.println("peers: " + e.getMessage());
            if (!(e instanceof IOException || e instanceof IllegalArgumentException)) {
                e.printStackTrace();
            }
            return CommandLine.ExitCode.USAGE;
        });
        System.exit(command.execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (rounds < 1 || threads < 1 || !(seconds > 0)) {
            throw new IllegalArgumentException("--rounds and --threads must be at least 1 and --seconds above 0, found "
                    + rounds + ", " + threads + ", " + seconds);
        }
        List<Engine> wanted = engines.stream().map(Engine::byName).toList();
        List<Contest> contests = contests(works.stream().map(Work::byName).toList());
        Map<String, String> descriptions = new LinkedHashMap<>();
        try {
            for (Contest contest : contests) {
                for (Engine engine : contest.work().engines()) {
                    if (wanted.contains(engine)) {
                        say("warming up: " + contest.work().name() + ", " + engine + ", Java " + contest.jdk());
                        Child child = child(contest.jdk(), engine);
                        descriptions.putIfAbsent(engine + ", Java " + child.jdk(), child.hello());
                        warm(contest, child);
                    }
                }
            }
            for (int round = 1; round <= rounds; round++) {
                say("round " + round + " of " + rounds);
                round(contests, wanted);
            }
            for (Contest contest : contests) {
                for (Engine engine : contest.rates().keySet()) {
                    if (contest.work().phase() != Work.Phase.START) {
                        double last = child(contest.jdk(), engine).loss(contest.work());
                        contest.losses(engine, contest.firstLoss(engine), last);
                    }
                }
            }
        } finally {
            for (Child child : children) {
                child.close();
            }
        }
        Report report =
                new Report(contests, ceilings, descriptions, Samples.mnist().name(), load, threads, rounds, seconds);
        report.print(System.out);
        if (json != null) {
            Files.writeString(json, report.json() + "\n");
        }
        return report.allLearned() ? 0 : 1;
    }

    private List<Contest> contests(List<Work> chosen) throws IOException {
        List<Jdk> installations = new ArrayList<>();
        for (Path home : jdks) {
            installations.add(Jdk.of(home));
        }
        if (installations.isEmpty()) {
            installations.addAll(Jdk.oldestAndNewest());
        }
        return chosen.stream()
                .flatMap(work -> installations.stream().map(jdk -> new Contest(jdk, work)))
                .toList();
    }

    private void warm(Contest contest, Child child) throws IOException {
        if (contest.work().phase() == Work.Phase.START) {
            // The engine's files have been unpacked by now and are in the system's cache.
            return;
        }
        contest.losses(child.engine(), child.prepare(contest.work()), Double.NaN);
        child.warm(contest.work(), seconds);
    }

    private void round(List<Contest> contests, List<Engine> wanted) throws IOException, InterruptedException {
        Thread.sleep(PAUSE_MILLIS);
        for (int count : threads == 1 ? new int[] {1} : new int[] {1, threads}) {
            ceilings.computeIfAbsent(count, n -> new Series()).add(Ceiling.measure(count));
        }
        for (Contest contest : contests) {
            for (Engine engine : contest.work().engines()) {
                if (wanted.contains(engine)) {
                    Thread.sleep(PAUSE_MILLIS);
                    contest.rate(
                            engine,
                            contest.work().phase() == Work.Phase.START
                                    ? start(contest, engine)
                                    : child(contest.jdk(), engine).run(contest.work(), seconds));
                }
            }
        }
    }

    /** Returns how many times a second a JVM could be started and train a batch. */
    private double start(Contest contest, Engine engine) throws IOException {
        long start = System.nanoTime();
        try (Child child = Child.start(contest.jdk(), engine, threads, folder)) {
            child.prepare(contest.work());
            return 1e9 / (System.nanoTime() - start);
        }
    }

    private Child child(Jdk jdk, Engine engine) throws IOException {
        for (Child child : children) {
            if (child.engine() == engine && child.jdk().equals(jdk)) {
                return child;
            }
        }
        Child child = Child.start(jdk, engine, threads, folder);
        children.add(child);
        return child;
    }

    private static void say(String line) {
        System.err.println(line);
    }
}
