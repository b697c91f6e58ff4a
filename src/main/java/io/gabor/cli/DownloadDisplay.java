package io.gabor.cli;

import io.gabor.data.DownloadProgress;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows a download: a bar on a terminal, a line per file elsewhere. */
final class DownloadDisplay implements DownloadProgress, AutoCloseable {
    private static final int KIB = 1024;

    private final Screen screen;
    private ProgressBar bar;
    private boolean announced;

    DownloadDisplay(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void started(String url, long done, long total) {
        close();
        announced = true;
        screen.line("downloading " + url + (total < 0 ? "" : " (" + Numbers.bytes(total) + ")"));
        if (screen.isTerminal()) {
            bar = new ProgressBarBuilder()
                    .setTaskName("")
                    .setInitialMax(total)
                    .setUnit(" KiB", KIB)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(100)
                    .setConsumer(screen.live())
                    .clearDisplayOnFinish()
                    .build();
            bar.stepTo(done);
        }
    }

    @Override
    public void advanced(long done) {
        if (bar != null) {
            bar.stepTo(done);
        }
    }

    @Override
    public void finished() {
        close();
    }

    @Override
    public void failed(String reason) {
        close();
        // A mirror that was never reached is named in the one line that says what is done instead.
        if (announced) {
            screen.line("  failed: " + reason);
            announced = false;
        }
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
