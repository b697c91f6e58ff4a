package io.gabor.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Keeps the models of the epochs with the least validation loss as files, {@code NAME-epochN.EXTENSION} beside the file of
 * the whole run. A file that is no longer among them is removed, after the new one has been written.
 */
public final class BestEpochs implements Callback {
    /** Writes the network as it is now. */
    public interface Writer {
        /** Writes a whole file or none. */
        void write(Path file) throws IOException;
    }

    private record Kept(double loss, Path file) {}

    private final int most;
    private final Path target;
    private final Writer writer;
    private final List<Kept> kept = new ArrayList<>();

    /**
     * Keeps some epochs.
     *
     * @param most how many, at least 1
     * @param target the file of the whole run
     */
    public BestEpochs(int most, Path target, Writer writer) {
        if (most < 1) {
            throw new IllegalArgumentException("the number of epochs to keep must be at least 1, found " + most);
        }
        this.most = most;
        this.target = target;
        this.writer = writer;
    }

    @Override
    public void onEpoch(EpochResult result) {
        if (result.validation() == null || !isAmongTheBest(result.validation().loss())) {
            return;
        }
        Path file = fileOf(result.epoch());
        try {
            writer.write(file);
            kept.add(new Kept(result.validation().loss(), file));
            kept.sort(Comparator.comparingDouble(Kept::loss));
            if (kept.size() > most) {
                Files.deleteIfExists(kept.remove(most).file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private boolean isAmongTheBest(double loss) {
        return loss < Double.POSITIVE_INFINITY && (kept.size() < most || loss < kept.get(most - 1).loss);
    }

    private Path fileOf(int epoch) {
        String name = target.getFileName().toString();
        int dot = name.lastIndexOf('.');
        String stem = dot > 0 ? name.substring(0, dot) : name;
        return target.resolveSibling(stem + "-epoch" + epoch + name.substring(stem.length()));
    }

    /** Returns the files that are kept now, the best one first. */
    public List<Path> files() {
        return kept.stream().map(Kept::file).toList();
    }
}
