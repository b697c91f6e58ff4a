package io.gabor.data;

import io.gabor.tensor.Shape;
import java.util.List;

/**
 * What the binary version of a CIFAR set (Krizhevsky 2009) looks like: files of records, each of one or two labels and then
 * 3×32×32 pixels, red before green before blue. The last label is the one that counts.
 *
 * @param archive the name of the published archive
 * @param unpacked the folder that unpacking it makes
 * @param train the files to train with, in their order
 * @param test the files to test with
 * @param labels the labels of a record
 * @param maxRecords the most records that a file can have
 */
record CifarFormat(String archive, String unpacked, List<String> train, List<String> test, int labels, int maxRecords) {
    static final CifarFormat CIFAR10 = new CifarFormat(
            "cifar-10-binary.tar.gz",
            "cifar-10-batches-bin",
            List.of("data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"),
            List.of("test_batch.bin"),
            1,
            10_000);

    /** The first label is one of 20 coarse classes, the second one of 100 fine ones. */
    static final CifarFormat CIFAR100 = new CifarFormat(
            "cifar-100-binary.tar.gz", "cifar-100-binary", List.of("train.bin"), List.of("test.bin"), 2, 50_000);

    static final Shape SAMPLE = Shape.of(3, 32, 32);

    /** Returns the bytes of a record. */
    int record() {
        return labels + SAMPLE.size();
    }

    /** Returns the bytes that a file can have at most. */
    int maxBytes() {
        return maxRecords * record();
    }
}
