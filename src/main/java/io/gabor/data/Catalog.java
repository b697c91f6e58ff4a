package io.gabor.data;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** The data sets that are known by name and made of files: what the files are called, where they are, what they must be. */
final class Catalog {
    /**
     * A data set that is known by name.
     *
     * @param files what it takes, in the folder that has its name
     * @param layout how the files are read
     */
    record Entry(String name, List<RemoteFile> files, Layout layout) {}

    /** How the files of a folder become samples. */
    interface Layout {
        /** Returns the first file that is missing in a folder, null if all are there. */
        String missing(Path folder);

        /** Returns whether any file of this layout is in a folder. */
        boolean started(Path folder);

        /** Says which files make it whole. */
        String files();

        /** Reads one split of a folder that has all files. */
        Dataset read(String name, Path folder, Split split);
    }

    private static final List<String> DIGITS = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

    private static final long IMAGES = 16 + 60_000 * 784L;

    private static final long TEST_IMAGES = 16 + 10_000 * 784L;

    /** The digests are of the content, because copies are about whose gzip files differ and whose content does not. */
    static final Entry MNIST = new Entry(
            "mnist",
            List.of(
                    mnist(
                            IdxLayout.TRAIN_IMAGES,
                            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                            IMAGES),
                    mnist(
                            IdxLayout.TRAIN_LABELS,
                            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                            8 + 60_000),
                    mnist(
                            IdxLayout.TEST_IMAGES,
                            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                            TEST_IMAGES),
                    mnist(
                            IdxLayout.TEST_LABELS,
                            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
                            8 + 10_000)),
            new IdxLayout(DIGITS));

    private static final Entry FASHION_MNIST = new Entry(
            "fashion-mnist",
            List.of(
                    fashion(
                            IdxLayout.TRAIN_IMAGES,
                            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                            IMAGES),
                    fashion(
                            IdxLayout.TRAIN_LABELS,
                            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                            8 + 60_000),
                    fashion(
                            IdxLayout.TEST_IMAGES,
                            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                            TEST_IMAGES),
                    fashion(
                            IdxLayout.TEST_LABELS,
                            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                            8 + 10_000)),
            new IdxLayout(List.of(
                    "T-shirt/top",
                    "Trouser",
                    "Pullover",
                    "Dress",
                    "Coat",
                    "Sandal",
                    "Shirt",
                    "Sneaker",
                    "Bag",
                    "Ankle boot")));

    private static final Entry CIFAR10 = new Entry(
            "cifar10",
            List.of(cifar(
                    CifarFormat.CIFAR10,
                    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                    170_052_171)),
            new CifarLayout(
                    CifarFormat.CIFAR10,
                    List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")));

    /** The fine classes, in the order of fine_label_names.txt, which comes with them. */
    private static final List<String> FINE =
            List.of(("apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus "
                            + "butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach "
                            + "couch crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster "
                            + "house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree "
                            + "motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear "
                            + "pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket "
                            + "rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar "
                            + "sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip "
                            + "turtle wardrobe whale willow_tree wolf woman worm")
                    .split(" "));

    private static final Entry CIFAR100 = new Entry(
            "cifar100",
            List.of(cifar(
                    CifarFormat.CIFAR100,
                    "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
                    200_000_000)),
            new CifarLayout(CifarFormat.CIFAR100, FINE));

    /** All of them. */
    static final List<Entry> ENTRIES = List.of(MNIST, FASHION_MNIST, CIFAR10, CIFAR100);

    private Catalog() {}

    private static RemoteFile mnist(String name, String contentSha256, long bytes) {
        return new RemoteFile(
                name + ".gz",
                List.of(
                        URI.create("https://storage.googleapis.com/cvdf-datasets/mnist/" + name + ".gz"),
                        URI.create("https://ossci-datasets.s3.amazonaws.com/mnist/" + name + ".gz")),
                Digest.ofContent(contentSha256, bytes),
                bytes);
    }

    private static RemoteFile fashion(String name, String sha256, long bytes) {
        String mirror = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";
        String origin = "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/";
        return new RemoteFile(
                name + ".gz",
                List.of(URI.create(mirror + name + ".gz"), URI.create(origin + name + ".gz")),
                Digest.ofFile(sha256),
                bytes);
    }

    private static RemoteFile cifar(CifarFormat format, String sha256, long maxBytes) {
        return new RemoteFile(
                format.archive(),
                List.of(URI.create("https://www.cs.toronto.edu/~kriz/" + format.archive())),
                Digest.ofFile(sha256),
                maxBytes);
    }
}
