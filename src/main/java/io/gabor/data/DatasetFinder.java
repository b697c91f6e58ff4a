package io.gabor.data;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.apache.commons.lang3.StringUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for data sets: by name in the folders, by name at the mirrors, or as a folder. */
final class DatasetFinder {
    /** Looks in this process's environment and at the public mirrors. */
    static final DatasetFinder DEFAULT =
            new DatasetFinder(System::getenv, System::getProperty, Catalog.ENTRIES, Downloader.DEFAULT);

    private static final Logger LOG = LoggerFactory.getLogger(Datasets.class);

    /** Downloads within this process wait for one another; those of other processes are kept apart by a file lock. */
    private static final Object DOWNLOADING = new Object();

    private final UnaryOperator<String> environment;
    private final UnaryOperator<String> properties;
    private final List<Catalog.Entry> entries;
    private final Downloader downloader;

    /** What digits have taken the place of; asked again, the answer is the same and nothing more is said. */
    private final Map<List<Object>, Boolean> replaced = new ConcurrentHashMap<>();

    DatasetFinder(
            UnaryOperator<String> environment,
            UnaryOperator<String> properties,
            List<Catalog.Entry> entries,
            Downloader downloader) {
        this.environment = environment;
        this.properties = properties;
        this.entries = entries;
        this.downloader = downloader;
    }

    DatasetSource open(String nameOrDir, DataOptions options, DownloadProgress progress) {
        if (nameOrDir.equals(DigitsSource.NAME)) {
            return new DigitsSource(options.digitsSeed());
        }
        for (Catalog.Entry entry : entries) {
            if (entry.name().equals(nameOrDir)) {
                return new FolderSource(entry.name(), locate(entry, options, progress), entry.layout());
            }
        }
        return folder(nameOrDir, options.images());
    }

    DatasetSource openOrDigits(String nameOrDir, DataOptions options, DownloadProgress progress) {
        if (!nameOrDir.equals(Catalog.MNIST.name())) {
            return open(nameOrDir, options, progress);
        }
        List<Object> asked = List.of(nameOrDir, options);
        if (!replaced.containsKey(asked)) {
            try {
                return open(nameOrDir, options, progress);
            } catch (DataUnavailableException e) {
                if (replaced.putIfAbsent(asked, true) == null) {
                    LOG.warn("{}; using the built-in digits instead", e.getMessage());
                }
            }
        }
        return new DigitsSource(options.digitsSeed());
    }

    /** Returns the folder that holds a known data set, after downloading it if need be. */
    private Path locate(Catalog.Entry entry, DataOptions options, DownloadProgress progress) {
        DataFolders folders = DataFolders.of(options, environment, properties);
        List<Path> looked = new ArrayList<>();
        for (Path given : folders.given()) {
            Path folder = given.resolve(entry.name());
            String missing = entry.layout().missing(folder);
            if (missing == null) {
                return folder;
            }
            if (entry.layout().started(folder)) {
                throw new DataException(
                        entry.name() + ": expected all of its files in " + folder + ", found no " + missing);
            }
            looked.add(folder);
        }
        Path cached = folders.cache().resolve(entry.name());
        if (entry.layout().missing(cached) == null) {
            return cached;
        }
        looked.add(cached);
        String where = entry.name() + " is not in " + StringUtils.join(looked, " or ");
        String remedy = "put "
                + StringUtils.join(entry.files().stream().map(RemoteFile::name).toList(), ", ")
                + " into a folder " + entry.name() + " of the folder that --data-dir or GABOR_DATA names";
        if (!options.download()) {
            throw new DataUnavailableException(where + ", and downloads are turned off; " + remedy);
        }
        try {
            download(entry, cached, progress);
        } catch (DataUnavailableException e) {
            throw new DataUnavailableException(where + ", and " + e.getMessage() + "; " + remedy, e);
        }
        return cached;
    }

    private void download(Catalog.Entry entry, Path folder, DownloadProgress progress) {
        Path lockFile = folder.resolve(".lock");
        synchronized (DOWNLOADING) {
            try {
                Files.createDirectories(folder);
                try (FileChannel channel =
                                FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        FileLock lock = channel.lock()) {
                    for (RemoteFile file : entry.files()) {
                        if (lock.isValid() && !Files.exists(folder.resolve(file.name()))) {
                            downloader.fetch(file, folder, progress);
                        }
                    }
                } finally {
                    Files.deleteIfExists(lockFile);
                }
            } catch (IOException e) {
                throw new DataUnavailableException(
                        "the cache folder " + folder + " cannot be written to: " + Reasons.of(e), e);
            }
        }
    }

    private DatasetSource folder(String nameOrDir, ImageOptions images) {
        Path folder = null;
        try {
            folder = Path.of(nameOrDir);
        } catch (InvalidPathException e) {
            // then it is no folder
        }
        if (folder == null || !Files.exists(folder)) {
            throw new DataException("there is no data set and no folder named '" + nameOrDir + "'; did you mean '"
                    + nearest(nameOrDir) + "'? The data sets are " + String.join(", ", names())
                    + ", or a folder with four IDX files or with a folder of images for each class");
        }
        if (!Files.isDirectory(folder)) {
            throw new DataException(folder + ": expected a folder with a data set, found a file");
        }
        Path fileName = folder.toAbsolutePath().normalize().getFileName();
        String name = fileName == null ? folder.toString() : fileName.toString();
        for (Catalog.Layout layout : layouts()) {
            if (layout.started(folder)) {
                String missing = layout.missing(folder);
                if (missing != null) {
                    throw new DataException(
                            folder + ": found no " + missing + "; the folder must hold " + layout.files());
                }
                return new FolderSource(name, folder, layout);
            }
        }
        return ImageFolder.open(name, folder, images);
    }

    /** Of a folder with files of a known kind: IDX files of any number of classes, or what a data set is published as. */
    private List<Catalog.Layout> layouts() {
        List<Catalog.Layout> layouts = new ArrayList<>(List.of(new IdxLayout(null)));
        entries.stream().map(Catalog.Entry::layout).forEach(layouts::add);
        return layouts;
    }

    private List<String> names() {
        List<String> names =
                new ArrayList<>(entries.stream().map(Catalog.Entry::name).toList());
        names.add(DigitsSource.NAME);
        return names;
    }

    private String nearest(String name) {
        return names().stream()
                .min(Comparator.comparingInt(known -> StringUtils.getLevenshteinDistance(known, name)))
                .orElseThrow();
    }

    private record FolderSource(String name, Path folder, Catalog.Layout layout) implements DatasetSource {
        @Override
        public String location() {
            return folder.toString();
        }

        @Override
        public Dataset load(Split split) {
            return layout.read(name, folder, split);
        }
    }
}
