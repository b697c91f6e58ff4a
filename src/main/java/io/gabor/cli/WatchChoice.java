package io.gabor.cli;

import io.gabor.train.Trainer;
import picocli.CommandLine.Option;

/** The options that say whether the layers are watched while they train. */
final class WatchChoice {
    /** So seldom that it costs less than 3 % of the time of lenet on a CPU; docs/health.md has the figures. */
    private static final int USUAL = 50;

    @Option(
            names = "--watch",
            description = "Look at the layers now and then (outputs, gradients, updates, dead units), and warn when"
                    + " training stalls or is about to blow up.")
    private boolean watch;

    @Option(
            names = "--watch-every",
            paramLabel = "N",
            converter = WholeNumber.AtLeastOne.class,
            description = "Look at every N-th step, and at step 1, 2, 4, 8, ... before; turns --watch on (default: "
                    + USUAL + ").")
    private Integer every;

    /** Has a trainer watch, if that was asked for, and returns what shows it; null if not. */
    HealthDisplay apply(Trainer trainer, Screen screen, TrainingDisplay epochs) {
        if (!watch && every == null) {
            return null;
        }
        HealthDisplay display = new HealthDisplay(screen, epochs);
        trainer.watch(every == null ? USUAL : every).callback(display);
        return display;
    }
}
