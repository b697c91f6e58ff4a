package io.gabor.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The binary version of a CIFAR set: the archive as it is published, or the files in it, in the folder itself or in the folder
 * that unpacking makes.
 *
 * @param format which of the sets
 * @param classNames the names of the classes
 */
record CifarLayout(CifarFormat format, List<String> classNames) implements Catalog.Layout {

    @Override
    public String missing(Path folder) {
        if (Files.isRegularFile(folder.resolve(format.archive())) || batches(folder) != null) {
            return null;
        }
        return started(folder) ? "one of " + String.join(", ", names().toList()) : format.archive();
    }

    @Override
    public boolean started(Path folder) {
        return Files.isRegularFile(folder.resolve(format.archive()))
                || Stream.of(folder, folder.resolve(format.unpacked()))
                        .anyMatch(place -> names().anyMatch(name -> Files.isRegularFile(place.resolve(name))));
    }

    @Override
    public String files() {
        return format.archive() + ", or all of " + String.join(", ", names().toList());
    }

    @Override
    public Dataset read(String name, Path folder, Split split) {
        List<String> batches = split == Split.TRAIN ? format.train() : format.test();
        Path unpacked = batches(folder);
        return unpacked != null
                ? CifarReader.readFolder(format, name, unpacked, batches, classNames)
                : CifarReader.readArchive(format, name, folder.resolve(format.archive()), batches, classNames);
    }

    private Stream<String> names() {
        return Stream.concat(format.train().stream(), format.test().stream());
    }

    private Path batches(Path folder) {
        for (Path place : List.of(folder, folder.resolve(format.unpacked()))) {
            if (names().allMatch(name -> Files.isRegularFile(place.resolve(name)))) {
                return place;
            }
        }
        return null;
    }
}
