package io.gabor.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A folder with a folder of images for each class. Names that begin with a dot are nobody's data. Only what lies directly in a
 * class's folder belongs to it, so links that lead in a circle do no harm.
 *
 * @param folder it
 * @param names of the classes, sorted
 * @param images of each class, sorted by name
 * @param others files in the folders of classes that have no image's name
 */
record ClassFolders(Path folder, List<String> names, List<List<Path>> images, List<Path> others) {
    private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg");
    private static final String KINDS = "PNG or JPEG images";

    /**
     * Lists a folder.
     *
     * @throws DataException if there are not two or more classes with one or more images each
     */
    static ClassFolders list(Path folder) {
        List<Path> classes = new ArrayList<>();
        List<Path> strays = new ArrayList<>();
        for (Path entry : sorted(folder)) {
            if (Files.isDirectory(entry)) {
                classes.add(entry);
            } else if (Files.isSymbolicLink(entry) && !Files.exists(entry)) {
                throw new DataException(
                        entry + ": expected the folder of a class, found a link that leads nowhere or in"
                                + " a circle; remove it or correct it");
            } else if (isImage(entry)) {
                strays.add(entry);
            }
        }
        if (!strays.isEmpty()) {
            throw new DataException(folder + ": expected each image in the folder of its class, found " + strays.size()
                    + " outside, the first of them " + strays.get(0).getFileName()
                    + "; images belong into FOLDER/CLASS/ or FOLDER/train/CLASS/ and FOLDER/test/CLASS/");
        }
        if (classes.size() < 2) {
            throw new DataException(folder + ": expected two or more folders, one for each class, with " + KINDS
                    + " in them, found "
                    + (classes.isEmpty()
                            ? "no folder"
                            : "only the class '" + classes.get(0).getFileName() + "'"));
        }
        List<Path> others = new ArrayList<>();
        List<List<Path>> images = classes.stream().map(c -> images(c, others)).toList();
        return new ClassFolders(
                folder, classes.stream().map(c -> c.getFileName().toString()).toList(), images, List.copyOf(others));
    }

    private static List<Path> images(Path classFolder, List<Path> others) {
        List<Path> images = new ArrayList<>();
        List<Path> rest = new ArrayList<>();
        int folders = 0;
        for (Path entry : sorted(classFolder)) {
            if (Files.isDirectory(entry)) {
                folders++;
            } else {
                (isImage(entry) ? images : rest).add(entry);
            }
        }
        if (images.isEmpty()) {
            throw new DataException(classFolder + ": expected " + KINDS + " of the class '" + classFolder.getFileName()
                    + "', found none"
                    + (rest.isEmpty() ? "" : " among " + rest.size() + " files")
                    + (folders == 0 ? "" : "; the folders in it are not looked into")
                    + "; remove the folder if it is no class");
        }
        others.addAll(rest);
        return List.copyOf(images);
    }

    private static boolean isImage(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return ENDINGS.stream().anyMatch(name::endsWith);
    }

    /** Sorted by the names' characters, so that the order is the same on every machine. */
    private static List<Path> sorted(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .sorted(Comparator.comparing(entry -> entry.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new DataException(folder + ": the folder cannot be read: " + Reasons.of(e), e);
        }
    }
}
