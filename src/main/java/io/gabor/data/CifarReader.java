package io.gabor.data;

import io.gabor.tensor.Shape;
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
 * Reads CIFAR-10's binary version (Krizhevsky 2009): files of records of 3073 bytes, the label and then 3×32×32 pixels, red
 * before green before blue; five files to train, one to test. They may lie in a folder or in the {@code .tar.gz} that is
 * published. Nothing is trusted: see {@link IdxReader}.
 */
final class CifarReader {
    private static final Shape SAMPLE = Shape.of(3, 32, 32);
    private static final int RECORD = 1 + 3 * 32 * 32;
    private static final int MAX_RECORDS = 10_000;
    private static final long MAX_OTHER = 1 << 20;

    static final List<String> TRAIN =
            List.of("data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin");
    static final List<String> TEST = List.of("test_batch.bin");

    private CifarReader() {}

    /** Reads the given batch files of a folder, in their order. */
    static Dataset readFolder(String name, Path folder, List<String> batches, List<String> classNames) {
        List<byte[]> contents = new ArrayList<>();
        for (String batch : batches) {
            Path file = folder.resolve(batch);
            try (InputStream in = Files.newInputStream(file)) {
                checkLength(file.toString(), Files.size(file));
                contents.add(in.readNBytes(MAX_RECORDS * RECORD + 1));
            } catch (IOException e) {
                throw new DataException(file + ": cannot be read: " + Reasons.of(e), e);
            }
            checkLength(file.toString(), contents.get(contents.size() - 1).length);
        }
        return assemble(name, folder.toString(), batches, contents, classNames);
    }

    /** Reads the given batch files out of a gzipped tar archive, in the order of the list. */
    static Dataset readArchive(String name, Path archive, List<String> batches, List<String> classNames) {
        Map<String, byte[]> found = new HashMap<>();
        try (InputStream in = new GZIPInputStream(new BufferedInputStream(Files.newInputStream(archive), 1 << 16))) {
            TarReader tar = new TarReader(in, archive.toString(), (long) MAX_RECORDS * RECORD);
            while (found.size() < batches.size() && tar.next()) {
                String file = tar.fileName();
                if (batches.contains(file)) {
                    checkLength(file + " in " + archive, tar.size());
                    if (found.put(file, tar.content()) != null) {
                        throw new DataException(archive + ": expected " + file + " once, found it twice");
                    }
                } else if (!TRAIN.contains(file) && !TEST.contains(file) && tar.size() > MAX_OTHER) {
                    throw new DataException(archive + ": expected CIFAR-10's batches and small files in the archive, "
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
                        + "must be the binary version, cifar-10-binary.tar.gz");
            }
            contents.add(content);
        }
        return assemble(name, archive.toString(), batches, contents, classNames);
    }

    private static void checkLength(String file, long length) {
        if (length == 0 || length % RECORD != 0 || length > (long) MAX_RECORDS * RECORD) {
            throw new DataException(file + ": expected 1 to " + MAX_RECORDS + " records of " + RECORD
                    + " bytes (a label and 3×32×32 pixels), found " + length + " bytes, which is " + length / RECORD
                    + " records and " + length % RECORD + " bytes");
        }
    }

    private static Dataset assemble(
            String name, String where, List<String> batches, List<byte[]> contents, List<String> classNames) {
        int size =
                contents.stream().mapToInt(content -> content.length / RECORD).sum();
        byte[] pixels = new byte[size * (RECORD - 1)];
        int[] labels = new int[size];
        int next = 0;
        for (int k = 0; k < contents.size(); k++) {
            byte[] content = contents.get(k);
            for (int i = 0; i < content.length / RECORD; i++) {
                labels[next] = content[i * RECORD] & 0xFF;
                if (labels[next] >= classNames.size()) {
                    throw new DataException(where + ": expected labels in 0 to " + (classNames.size() - 1) + ", found "
                            + labels[next] + " at record " + i + " of " + batches.get(k));
                }
                System.arraycopy(content, i * RECORD + 1, pixels, next * (RECORD - 1), RECORD - 1);
                next++;
            }
        }
        return Dataset.ofBytes(name, SAMPLE, pixels, labels, classNames);
    }
}
