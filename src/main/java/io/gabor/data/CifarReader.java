package io.gabor.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Reads the binary version of CIFAR-10 and CIFAR-100 ({@link CifarFormat}), from a folder or from the {@code .tar.gz} that is
 * published. Nothing is trusted: see {@link IdxReader}.
 */
final class CifarReader {
    private static final long MAX_OTHER = 1 << 20;

    private CifarReader() {}

    /** Reads the given batch files of a folder, in their order. */
    static Dataset readFolder(
            CifarFormat format, String name, Path folder, List<String> batches, List<String> classNames) {
        List<byte[]> contents = new ArrayList<>();
        for (String batch : batches) {
            Path file = folder.resolve(batch);
            try (InputStream in = Files.newInputStream(file)) {
                checkLength(format, file.toString(), Files.size(file));
                contents.add(in.readNBytes(format.maxBytes() + 1));
            } catch (IOException e) {
                throw new DataException(file + ": cannot be read: " + Reasons.of(e), e);
            }
            checkLength(format, file.toString(), contents.get(contents.size() - 1).length);
        }
        return assemble(format, name, folder.toString(), batches, contents, classNames);
    }

    /** Reads the given batch files out of a gzipped tar archive, in the order of the list. */
    static Dataset readArchive(
            CifarFormat format, String name, Path archive, List<String> batches, List<String> classNames) {
        Map<String, byte[]> found = new HashMap<>();
        try (InputStream in = new GZIPInputStream(new BufferedInputStream(Files.newInputStream(archive), 1 << 16))) {
            TarReader tar = new TarReader(in, archive.toString(), format.maxBytes());
            while (found.size() < batches.size() && tar.next()) {
                String file = tar.fileName();
                if (batches.contains(file)) {
                    checkLength(format, file + " in " + archive, tar.size());
                    if (found.put(file, tar.content()) != null) {
                        throw new DataException(archive + ": expected " + file + " once, found it twice");
                    }
                } else if (!format.train().contains(file) && !format.test().contains(file) && tar.size() > MAX_OTHER) {
                    throw new DataException(archive + ": expected what is in " + format.archive() + ", "
                            + "found another file of " + tar.size() + " bytes");
                }
            }
        } catch (IOException e) {
            throw new DataException(archive + ": cannot be read as a .tar.gz archive: " + Reasons.of(e), e);
        }
        List<byte[]> contents = new ArrayList<>();
        for (String batch : batches) {
            byte[] content = found.get(batch);
            if (content == null) {
                throw new DataException(archive + ": expected " + batch + " in the archive, found no such file; this "
                        + "must be the binary version, " + format.archive());
            }
            contents.add(content);
        }
        return assemble(format, name, archive.toString(), batches, contents, classNames);
    }

    private static void checkLength(CifarFormat format, String file, long length) {
        int record = format.record();
        if (length == 0 || length % record != 0 || length > format.maxBytes()) {
            throw new DataException(file + ": expected 1 to " + format.maxRecords() + " records of " + record
                    + " bytes (" + (format.labels() == 1 ? "a label" : format.labels() + " labels")
                    + " and 3×32×32 pixels), found " + length + " bytes, which is " + length / record + " records and "
                    + length % record + " bytes");
        }
    }

    private static Dataset assemble(
            CifarFormat format,
            String name,
            String where,
            List<String> batches,
            List<byte[]> contents,
            List<String> classNames) {
        int record = format.record();
        int pixelsOfOne = CifarFormat.SAMPLE.size();
        int size =
                contents.stream().mapToInt(content -> content.length / record).sum();
        byte[] pixels = new byte[size * pixelsOfOne];
        int[] labels = new int[size];
        int next = 0;
        for (int k = 0; k < contents.size(); k++) {
            byte[] content = contents.get(k);
            for (int i = 0; i < content.length / record; i++) {
                labels[next] = content[i * record + format.labels() - 1] & 0xFF;
                if (labels[next] >= classNames.size()) {
                    throw new DataException(where + ": expected labels in 0 to " + (classNames.size() - 1) + ", found "
                            + labels[next] + " at record " + i + " of " + batches.get(k));
                }
                System.arraycopy(content, i * record + format.labels(), pixels, next * pixelsOfOne, pixelsOfOne);
                next++;
            }
        }
        return Dataset.ofBytes(name, CifarFormat.SAMPLE, pixels, labels, classNames);
    }
}
