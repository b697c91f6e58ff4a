package io.gabor.cli;

import io.gabor.data.DecodingProgress;
import io.gabor.data.Split;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how the images of a folder are read: a bar on a terminal, a line elsewhere. */
final class DecodingDisplay implements DecodingProgress {
    private final Screen screen;
    private ProgressBar bar;

    DecodingDisplay(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void started(String folder, Split split, int images) {
        String use = split == Split.TRAIN ? "train" : "test";
        screen.format("reading %s images of %s to %s with", Numbers.count(images), folder, use);
        if (screen.isTerminal()) {
            bar = new ProgressBarBuilder()
                    .setTaskName("")
                    .setInitialMax(images)
                    .setUnit(" images", 1)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(100)
                    .setConsumer(screen.live())
                    .clearDisplayOnFinish()
                    .build();
        }
    }

    @Override
    public void advanced(int done) {
        if (bar != null) {
            bar.stepTo(done);
        }
    }

    @Override
    public void finished() {
        if (bar != null) {
            bar.close();
            bar = null;
            screen.endLive();
        }
    }
}
