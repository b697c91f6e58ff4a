package io.gabor.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * CIFAR-10's binary version: the archive as it is published, or its six batch files, in the folder itself or in the folder
 * {@code cifar-10-batches-bin} that unpacking makes.
 *
 * @param classNames the names of the ten classes
 */
record CifarLayout(List<String> classNames) implements Catalog.Layout {
    static final String ARCHIVE = "cifar-10-binary.tar.gz";
    private static final String UNPACKED = "cifar-10-batches-bin";

    @Override
    public String missing(Path folder) {
        if (Files.isRegularFile(folder.resolve(ARCHIVE)) || batches(folder) != null) {
            return null;
        }
        return started(folder) ? "one of data_batch_1.bin to data_batch_5.bin and test_batch.bin" : ARCHIVE;
    }

    @Override
    public boolean started(Path folder) {
        return Files.isRegularFile(folder.resolve(ARCHIVE))
                || Stream.of(folder, folder.resolve(UNPACKED))
                        .anyMatch(place -> names().anyMatch(name -> Files.isRegularFile(place.resolve(name))));
    }

    @Override
    public Dataset read(String name, Path folder, Split split) {
        List<String> batches = split == Split.TRAIN ? CifarReader.TRAIN : CifarReader.TEST;
        Path unpacked = batches(folder);
        return unpacked != null
                ? CifarReader.readFolder(name, unpacked, batches, classNames)
                : CifarReader.readArchive(name, folder.resolve(ARCHIVE), batches, classNames);
    }

    private static Stream<String> names() {
        return Stream.concat(CifarReader.TRAIN.stream(), CifarReader.TEST.stream());
    }

    private static Path batches(Path folder) {
        for (Path place : List.of(folder, folder.resolve(UNPACKED))) {
            if (names().allMatch(name -> Files.isRegularFile(place.resolve(name)))) {
                return place;
            }
        }
        return null;
    }
}
