package io.gabor.cli;

import io.gabor.train.Callback;
import io.gabor.train.EpochResult;
import io.gabor.train.Progress;
import io.gabor.train.TestResult;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;

/** Shows how training goes: a line per epoch (of many epochs, about 20 lines), and on a terminal a bar below them. */
final class TrainingDisplay implements Callback, AutoCloseable {
    private static final int MOST_LINES = 20;
    private static final int SHORTEST_BAR = 5;
    private static final int LONGEST_BAR = 40;

    private final Screen screen;
    private final int epochs;
    private final int samples;
    private final int linesEvery;
    private ProgressBar bar;
    private volatile Progress latest;

    /** Shows a run of so many epochs over so many samples. */
    TrainingDisplay(Screen screen, int epochs, int samples) {
        this.screen = screen;
        this.epochs = epochs;
        this.samples = samples;
        this.linesEvery = (epochs + MOST_LINES - 1) / MOST_LINES;
    }

    @Override
    public void onProgress(Progress progress) {
        if (!screen.isTerminal()) {
            return;
        }
        latest = progress;
        if (bar == null) {
            bar = new ProgressBarBuilder()
                    .setInitialMax((long) progress.epochs() * progress.steps())
                    .setRenderer(this::render)
                    .setUpdateIntervalMillis(100)
                    .setConsumer(screen.live())
                    .clearDisplayOnFinish()
                    .build();
        }
        bar.stepTo((long) (progress.epoch() - 1) * progress.steps() + progress.step());
    }

    /** {@code epoch 2/3 [====>   ] batch 420/938, loss 0.0812, 24,511 images/s, 0:07 left}, the bar for the whole run. */
    private String render(ProgressState state, int width) {
        Progress now = latest;
        String before = "epoch " + now.epoch() + "/" + now.epochs() + " ";
        String after = Numbers.format(
                " batch %d/%d, loss %s, %s images/s, %s left",
                now.step(), now.steps(), Numbers.loss(now.loss()), Numbers.rate(now.imagesPerSecond()), left(state));
        int length = Math.min(width - before.length() - after.length() - 2, LONGEST_BAR);
        return length < SHORTEST_BAR
                ? before + after.substring(1)
                : before + bar(state.getNormalizedProgress(), length) + after;
    }

    private static String bar(double share, int length) {
        int done = (int) Math.min(length, Math.floor(share * length));
        String head = done < length ? ">" : "";
        return "[" + "=".repeat(done) + head + " ".repeat(length - done - head.length()) + "]";
    }

    private static String left(ProgressState state) {
        double share = state.getNormalizedProgress();
        if (share <= 0) {
            return "?";
        }
        double elapsed = state.getTotalElapsed().toMillis() / 1e3;
        Duration left = Duration.ofSeconds(Math.round(elapsed / share * (1 - share)));
        return left.toHours() > 0
                ? Numbers.format("%d:%02d:%02d", left.toHours(), left.toMinutesPart(), left.toSecondsPart())
                : Numbers.format("%d:%02d", left.toMinutes(), left.toSecondsPart());
    }

    /** Returns whether an epoch has a line. */
    boolean shows(EpochResult result) {
        boolean stopped = result.samples() < samples;
        return !stopped && (result.epoch() == 1 || result.epoch() == epochs || result.epoch() % linesEvery == 0);
    }

    @Override
    public void onEpoch(EpochResult result) {
        if (!shows(result)) {
            return;
        }
        String number = String.valueOf(result.epoch());
        screen.format(
                "epoch %s%s/%d  loss %s%s  %s images/s  %s",
                " ".repeat(String.valueOf(epochs).length() - number.length()),
                number,
                epochs,
                Numbers.loss(result.loss()),
                validation(result.validation()),
                Numbers.rate(result.imagesPerSecond()),
                Numbers.seconds(result.seconds()));
    }

    private static String validation(TestResult result) {
        return result == null
                ? ""
                : Numbers.format(", validation loss %s, %.2f %%", Numbers.loss(result.loss()), 100 * result.accuracy());
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
            screen.endLive();
        }
    }
}
