package io.gabor.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Scanner;

/**
 * The JVM of one engine. It waits on standard input, where {@link Child} asks, and answers a line for each line:
 *
 * <pre>
 * hello             what computes
 * prepare WORK      the loss after the first batch
 * warm WORK SECONDS the highest rate in calls per second, when it rises no more
 * run WORK SECONDS  the rate in calls per second
 * loss WORK         the loss of late
 * </pre>
 */
final class ChildMain {
    private static final String FAILED = "failed ";

    /** The warm-up ends after so many periods, or after so many in a row without a real gain. */
    private static final int MOST_PERIODS = 20;

    private static final int IDLE_PERIODS = 3;

    private static final double FASTER = 1.03;

    private final Peer peer;
    private final Map<String, Peer.Task> tasks = new HashMap<>();

    private ChildMain(Peer peer) {
        this.peer = peer;
    }

    public static void main(String[] arguments) throws IOException {
        PrintStream answers = System.out;
        // What engines print is not an answer.
        System.setOut(System.err);
        ChildMain child = new ChildMain(Engine.byName(arguments[0]).open(Integer.parseInt(arguments[1])));
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            String answer;
            try {
                answer = child.answer(new Scanner(line));
            } catch (RuntimeException | LinkageError e) {
                e.printStackTrace();
                answer = FAILED + e.toString().replace('\n', ' ');
            }
            answers.println(answer);
            answers.flush();
        }
        // Native engines leave threads behind.
        System.exit(0);
    }

    private String answer(Scanner question) {
        String what = question.next();
        if (what.equals("hello")) {
            return peer.description();
        }
        String work = question.next();
        if (what.equals("prepare")) {
            tasks.put(work, peer.prepare(Work.byName(work)));
        }
        Peer.Task task = tasks.get(work);
        double result = switch (what) {
            case "prepare", "loss" -> task.loss();
            case "warm" -> warm(task, Double.parseDouble(question.next()));
            case "run" -> task.run(Double.parseDouble(question.next()));
            default -> throw new IllegalArgumentException("there is no answer to '" + what + "'");
        };
        return Double.toString(result);
    }

    /** Runs until it gets no faster: a JVM compiles what runs often, and engines fill their pools. */
    private static double warm(Peer.Task task, double seconds) {
        double best = 0;
        int idle = 0;
        for (int period = 0; period < MOST_PERIODS && idle < IDLE_PERIODS; period++) {
            double rate = task.run(seconds);
            idle = rate > FASTER * best ? 0 : idle + 1;
            best = Math.max(best, rate);
        }
        return best;
    }

    /** Returns what an answer says. */
    static String checked(String answer) throws IOException {
        if (answer == null || answer.startsWith(FAILED)) {
            throw new IOException(answer == null ? "it is gone" : answer);
        }
        return answer;
    }
}
