package io.gabor.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetFinderTest {
    private static final Downloader DOWNLOADER = new Downloader(Duration.ofSeconds(5), Duration.ofSeconds(30));
    private static final List<String> NAMES = List.of("a", "b", "c");

    @TempDir
    Path dir;

    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> properties = new HashMap<>(Map.of("os.name", "Linux"));
    private Path cache;

    @BeforeEach
    void home() {
        properties.put("user.home", dir.resolve("home").toString());
        cache = dir.resolve("home").resolve(".cache").resolve("gabor");
    }

    /** Files of a set of so many training images, whose pixels and labels are all the same. */
    private static Map<String, byte[]> files(int images, int label) {
        byte[] labels = new byte[images];
        Arrays.fill(labels, (byte) label);
        return Map.of(
                IdxLayout.TRAIN_IMAGES, TestFiles.idx(new byte[images * 4], images, 2, 2),
                IdxLayout.TRAIN_LABELS, TestFiles.idx(labels, images),
                IdxLayout.TEST_IMAGES, TestFiles.idx(new byte[4], 1, 2, 2),
                IdxLayout.TEST_LABELS, TestFiles.idx(new byte[1], 1));
    }

    private static void write(Path folder, Map<String, byte[]> files, boolean gzip) throws IOException {
        Files.createDirectories(folder);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            byte[] content = gzip ? TestFiles.gzip(file.getValue()) : file.getValue();
            Files.write(folder.resolve(file.getKey() + (gzip ? ".gz" : "")), content);
        }
    }

    private DatasetFinder finder(Mirror... mirrors) {
        return finder("mnist", mirrors);
    }

    private DatasetFinder finder(String name, Mirror... mirrors) {
        List<RemoteFile> remote = new ArrayList<>();
        for (Map.Entry<String, byte[]> file : files(5, 2).entrySet()) {
            List<URI> uris = new ArrayList<>();
            for (Mirror mirror : mirrors) {
                uris.add(mirror.uri(file.getKey() + ".gz"));
            }
            Digest digest = Digest.ofContent(DownloaderTest.sha256(file.getValue()), file.getValue().length);
            remote.add(new RemoteFile(file.getKey() + ".gz", uris, digest, 1000));
        }
        Catalog.Entry entry = new Catalog.Entry(name, remote, new IdxLayout(NAMES));
        return new DatasetFinder(environment::get, properties::get, List.of(entry), DOWNLOADER);
    }

    private static Mirror mirror() throws IOException {
        return new Mirror((exchange, from) -> {
            String name = exchange.getRequestURI().getPath().substring(1).replace(".gz", "");
            Mirror.sends(TestFiles.gzip(files(5, 2).get(name))).answer(exchange, from);
        });
    }

    private static DatasetSource open(DatasetFinder finder, String name, DataOptions options) {
        return finder.open(name, options, DownloadProgress.NONE);
    }

    private static int size(DatasetSource source) {
        return source.load(Split.TRAIN).size();
    }

    @Test
    void looksInTheOptionsThenInTheEnvironmentThenInTheCache() throws IOException {
        write(dir.resolve("one").resolve("mnist"), files(1, 0), true);
        write(dir.resolve("two").resolve("mnist"), files(2, 0), false);
        write(cache.resolve("mnist"), files(3, 0), true);
        DataOptions options = DataOptions.DEFAULT.withDataDir(dir.resolve("one"));
        environment.put("GABOR_DATA", dir.resolve("two").toString());
        assertEquals(1, size(open(finder(), "mnist", options)));
        assertEquals(2, size(open(finder(), "mnist", DataOptions.DEFAULT)));
        environment.clear();
        DatasetSource cached = open(finder(), "mnist", DataOptions.DEFAULT);
        assertEquals(3, size(cached));
        assertEquals(1, cached.load(Split.TEST).size());
        assertEquals(NAMES, cached.load(Split.TEST).classNames());
        assertEquals(cache.resolve("mnist").toString(), cached.location());
    }

    @Test
    void theCacheIsWhereTheSystemHasIt() {
        DataOptions options = DataOptions.DEFAULT;
        environment.put("XDG_CACHE_HOME", dir.resolve("xdg").toString());
        assertEquals(
                dir.resolve("xdg").resolve("gabor"),
                DataFolders.of(options, environment::get, properties::get).cache());
        environment.put("XDG_CACHE_HOME", "relative");
        assertEquals(
                cache,
                DataFolders.of(options, environment::get, properties::get).cache());
        properties.put("os.name", "Mac OS X");
        assertEquals(
                dir.resolve("home").resolve("Library").resolve("Caches").resolve("gabor"),
                DataFolders.of(options, environment::get, properties::get).cache());
        properties.put("os.name", "Windows 11");
        environment.put("LOCALAPPDATA", dir.resolve("local").toString());
        assertEquals(
                dir.resolve("local").resolve("gabor"),
                DataFolders.of(options, environment::get, properties::get).cache());
    }

    @Test
    void downloadsIntoTheCacheOnce() throws IOException {
        try (Mirror down = new Mirror(Mirror.status(404));
                Mirror mirror = mirror()) {
            DatasetFinder finder = finder(down, mirror);
            Dataset set = open(finder, "mnist", DataOptions.DEFAULT).load(Split.TRAIN);
            assertArrayEquals(new int[] {2, 2, 2, 2, 2}, set.labels());
            assertEquals(4, mirror.requests.size());
            open(finder, "mnist", DataOptions.DEFAULT);
            assertEquals(4, mirror.requests.size());
        }
        assertFalse(Files.exists(cache.resolve("mnist").resolve(".lock")));
    }

    @Test
    void saysWhereItLookedAndWhyItCouldNotDownload() throws IOException {
        Files.createDirectories(dir.resolve("one"));
        DataOptions options = DataOptions.DEFAULT.withDataDir(dir.resolve("one"));
        DataUnavailableException off = assertThrows(
                DataUnavailableException.class, () -> open(finder(), "mnist", options.withDownload(false)));
        assertTrue(off.getMessage().contains(dir.resolve("one").resolve("mnist").toString()), off.getMessage());
        assertTrue(off.getMessage().contains(cache.resolve("mnist").toString()), off.getMessage());
        assertTrue(off.getMessage().contains("turned off"), off.getMessage());
        assertTrue(off.getMessage().contains("GABOR_DATA"), off.getMessage());
        try (Mirror down = new Mirror(Mirror.status(404))) {
            DataUnavailableException e =
                    assertThrows(DataUnavailableException.class, () -> open(finder(down), "mnist", options));
            assertTrue(e.getMessage().contains("HTTP status 404"), e.getMessage());
            assertEquals(1, e.getMessage().lines().count());
        }
    }

    @Test
    void digitsTakeThePlaceOfWhatCannotBeHadAndOneLineSaysSo() throws IOException {
        PrintStream console = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (Mirror down = new Mirror(Mirror.status(503))) {
            DatasetFinder finder = finder(down);
            System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
            for (Split split : Split.values()) {
                DatasetSource source = finder.openOrDigits("mnist", DataOptions.DEFAULT, DownloadProgress.NONE);
                assertEquals("digits", source.name());
                assertEquals(
                        split == Split.TRAIN ? 60_000 : 10_000,
                        source.load(split).size());
            }
            assertEquals(1, down.requests.size());
        } finally {
            System.setErr(console);
        }
        List<String> lines = said.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(1, lines.size(), said.toString(StandardCharsets.UTF_8));
        for (String part : List.of("WARN", "mnist is not in", "HTTP status 503", "built-in digits", "--data-dir")) {
            assertTrue(lines.get(0).contains(part), lines.get(0));
        }
    }

    @Test
    void digitsTakeThePlaceOfNothingElse() {
        DatasetFinder finder = finder("fashion-mnist");
        DataOptions options = DataOptions.DEFAULT.withDownload(false);
        assertThrows(
                DataUnavailableException.class,
                () -> finder.openOrDigits("fashion-mnist", options, DownloadProgress.NONE));
    }

    @Test
    void digitsDoNotHideDamagedData() throws IOException {
        Path folder = dir.resolve("one").resolve("mnist");
        write(folder, files(2, 0), false);
        Files.write(folder.resolve(IdxLayout.TRAIN_IMAGES), new byte[100]);
        DataOptions options = DataOptions.DEFAULT.withDataDir(dir.resolve("one"));
        DatasetSource source = finder().openOrDigits("mnist", options, DownloadProgress.NONE);
        assertThrows(DataException.class, () -> source.load(Split.TRAIN));
        Files.delete(folder.resolve(IdxLayout.TRAIN_IMAGES));
        DataException e =
                assertThrows(DataException.class, () -> finder().openOrDigits("mnist", options, DownloadProgress.NONE));
        assertTrue(e.getMessage().contains("found no train-images-idx3-ubyte[.gz]"), e.getMessage());
    }

    @Test
    void opensAFolder() throws IOException {
        Path folder = dir.resolve("mine");
        write(folder, files(3, 6), true);
        DatasetSource source = open(finder(), folder.toString(), DataOptions.DEFAULT);
        assertEquals("mine", source.name());
        assertEquals(7, source.load(Split.TEST).classes());
        assertEquals(7, source.load(Split.TRAIN).classes());
        Files.delete(folder.resolve("t10k-labels-idx1-ubyte.gz"));
        DataException e =
                assertThrows(DataException.class, () -> open(finder(), folder.toString(), DataOptions.DEFAULT));
        assertTrue(e.getMessage().contains("found no t10k-labels-idx1-ubyte[.gz]"), e.getMessage());
        assertTrue(e.getMessage().contains("four IDX files"), e.getMessage());
    }

    @Test
    void offersTheNearestName() {
        DataException e = assertThrows(DataException.class, () -> open(finder(), "minst", DataOptions.DEFAULT));
        assertTrue(e.getMessage().contains("did you mean 'mnist'"), e.getMessage());
        e = assertThrows(DataException.class, () -> open(finder(), "digit", DataOptions.DEFAULT));
        assertTrue(e.getMessage().contains("did you mean 'digits'"), e.getMessage());
        DataOptions nowhere = DataOptions.DEFAULT.withDataDir(dir.resolve("nowhere"));
        e = assertThrows(DataException.class, () -> open(finder(), "mnist", nowhere));
        assertTrue(e.getMessage().contains("found nothing at"), e.getMessage());
    }

    @Test
    void theCatalogIsWhole() {
        List<String> names = Catalog.ENTRIES.stream().map(Catalog.Entry::name).toList();
        assertEquals(List.of("mnist", "fashion-mnist", "cifar10", "cifar100"), names);
        for (Catalog.Entry entry : Catalog.ENTRIES) {
            for (RemoteFile file : entry.files()) {
                assertEquals(64, file.digest().hex().length(), file.name());
                assertFalse(file.mirrors().isEmpty());
                assertTrue(file.mirrors().stream().allMatch(uri -> uri.getPath().endsWith("/" + file.name())));
            }
        }
    }

    @Test
    void theClassesHaveNames() {
        for (Catalog.Entry entry : Catalog.ENTRIES) {
            List<String> names = entry.layout() instanceof CifarLayout cifar
                    ? cifar.classNames()
                    : ((IdxLayout) entry.layout()).classNames();
            assertEquals(entry.name().equals("cifar100") ? 100 : 10, names.size(), entry.name());
            assertEquals(names.size(), names.stream().distinct().count(), entry.name());
        }
    }
}
