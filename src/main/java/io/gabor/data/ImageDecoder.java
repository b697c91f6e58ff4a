package io.gabor.data;

import io.gabor.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reads many image files at once, into one array, in the order of the list: which thread reads which image changes nothing.
 */
final class ImageDecoder {
    private static final long REPORT_MILLIS = 50;

    private final List<LabelledFile> files;
    private final Shape sample;
    private final ImageOptions options;
    private final String[] failures;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private volatile boolean stopped;

    ImageDecoder(List<LabelledFile> files, Shape sample, ImageOptions options) {
        this.files = files;
        this.sample = sample;
        this.options = options;
        this.failures = new String[files.size()];
    }

    /**
     * Reads all files.
     *
     * @return the pixels of those that could be read, one behind the other
     * @throws DataException if one could not be and the options are strict: the first one in the list
     */
    byte[] decode(String folder, Split split) {
        byte[] pixels = new byte[Math.multiplyExact(files.size(), sample.size())];
        int processors = Runtime.getRuntime().availableProcessors();
        int threads = Math.min(options.threads() == 0 ? processors : options.threads(), files.size());
        ExecutorService pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "gabor-images");
            thread.setDaemon(true);
            return thread;
        });
        options.progress().started(folder, split, files.size());
        try {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                workers.add(pool.submit(() -> work(pixels)));
            }
            for (Future<?> worker : workers) {
                await(worker);
            }
            options.progress().advanced(done.get());
        } finally {
            stopped = true;
            pool.shutdownNow();
            options.progress().finished();
        }
        if (options.strict() && !reasons().isEmpty()) {
            throw new DataException(reasons().get(0) + "; without --strict it would be left out");
        }
        return compact(pixels);
    }

    /** Files are taken in the order of the list, so all before one that ends it are read to their end. */
    private void work(byte[] pixels) {
        for (int i = next.getAndIncrement(); i < files.size() && !stopped; i = next.getAndIncrement()) {
            try {
                byte[] image = ImageReader.read(files.get(i).file(), sample, ImageReader.Fit.COVER);
                System.arraycopy(image, 0, pixels, i * image.length, image.length);
            } catch (DataException e) {
                failures[i] = e.getMessage();
                if (options.strict()) {
                    stopped = true;
                }
            } catch (RuntimeException | Error e) {
                stopped = true;
                throw e;
            }
            done.incrementAndGet();
        }
    }

    private void await(Future<?> worker) {
        while (true) {
            try {
                worker.get(REPORT_MILLIS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                options.progress().advanced(done.get());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DataException("reading the images was interrupted", e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw new IllegalStateException(e.getCause());
            }
        }
    }

    /** Moves the pixels of the images that could be read to the front. */
    private byte[] compact(byte[] pixels) {
        int size = sample.size();
        int kept = 0;
        for (int i = 0; i < failures.length; i++) {
            if (failures[i] == null) {
                System.arraycopy(pixels, i * size, pixels, kept * size, size);
                kept++;
            }
        }
        return kept == failures.length ? pixels : Arrays.copyOf(pixels, kept * size);
    }

    /** Returns for each file whether it could not be read. */
    boolean[] leftOut() {
        boolean[] result = new boolean[failures.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = failures[i] != null;
        }
        return result;
    }

    /** Returns why files could not be read, in the order of the list. */
    List<String> reasons() {
        return Arrays.stream(failures).filter(Objects::nonNull).toList();
    }
}
