package io.gabor.peers;

import java.util.LinkedHashMap;
import java.util.Map;

/** One work on one JDK: every engine's calls per second in each round. */
final class Contest {
    private final Jdk jdk;
    private final Work work;
    private final Map<Engine, Series> rates = new LinkedHashMap<>();
    private final Map<Engine, Double> firstLoss = new LinkedHashMap<>();
    private final Map<Engine, Double> lastLoss = new LinkedHashMap<>();

    Contest(Jdk jdk, Work work) {
        this.jdk = jdk;
        this.work = work;
    }

    Jdk jdk() {
        return jdk;
    }

    Work work() {
        return work;
    }

    void rate(Engine engine, double callsPerSecond) {
        rates.computeIfAbsent(engine, e -> new Series()).add(callsPerSecond);
    }

    void losses(Engine engine, double first, double last) {
        firstLoss.put(engine, first);
        lastLoss.put(engine, last);
    }

    Map<Engine, Series> rates() {
        return rates;
    }

    double firstLoss(Engine engine) {
        return firstLoss.getOrDefault(engine, Double.NaN);
    }

    double lastLoss(Engine engine) {
        return lastLoss.getOrDefault(engine, Double.NaN);
    }

    /** Returns whether the engine trained, and the loss did not fall: then it did something else than its task. */
    boolean didNotLearn(Engine engine) {
        return lastLoss(engine) >= firstLoss(engine);
    }

    /** Returns how many times as fast as this engine Gabor is, round by round; null if it was not measured. */
    Series gaborOver(Engine engine) {
        Series gabor = rates.get(Engine.GABOR);
        return gabor == null || engine == Engine.GABOR ? null : gabor.over(rates.get(engine));
    }
}
