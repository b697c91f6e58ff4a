package io.gabor.io;

import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The checked header of a safetensors file: every entry's type, shape and bytes agree, and the entries, in the order of
 * their bytes, cover the data from its first byte to its last without overlap or hole.
 */
record SafetensorsHeader(Map<String, String> metadata, List<Entry> entries) {
    /** More axes than this no tensor has; the limit only keeps messages short. */
    private static final int MAX_RANK = 32;

    /** The longest array that every JVM can make. */
    private static final int MAX_ELEMENTS = Integer.MAX_VALUE - 8;

    private static final Set<String> ENTRY_KEYS = Set.of("dtype", "shape", "data_offsets");

    /**
     * One tensor: {@code end − begin == shape.size() · dtype.bytes()}, counted from the first byte behind the header.
     */
    record Entry(String name, Dtype dtype, Shape shape, long begin, long end) {}

    /** Returns the number of elements of all tensors. */
    long elements() {
        return entries.stream().mapToLong(entry -> entry.shape().size()).sum();
    }

    /**
     * Parses and checks a header.
     *
     * @param utf8 the header without the length before it
     * @param dataBytes the number of bytes behind the header
     * @param file the name for messages
     * @throws FormatException if anything is not as the format says
     */
    static SafetensorsHeader parse(byte[] utf8, long dataBytes, String file) {
        return new Parser(file).parse(utf8, dataBytes);
    }

    /** Knows the file's name for its messages. */
    private static final class Parser {
        private final String file;

        Parser(String file) {
            this.file = file;
        }

        SafetensorsHeader parse(byte[] utf8, long dataBytes) {
            if (utf8.length == 0 || utf8[0] != '{') {
                throw problem("expected a header that begins with '{', found "
                        + (utf8.length == 0 ? "an empty one" : String.format("the byte 0x%02x", utf8[0])));
            }
            Map<String, String> metadata = Map.of();
            List<Entry> entries = new ArrayList<>();
            for (Map.Entry<String, Object> field : parseJson(utf8).entrySet()) {
                if (field.getKey().equals(SafetensorsFile.METADATA_KEY)) {
                    metadata = metadata(field.getValue());
                } else {
                    entries.add(entry(field.getKey(), field.getValue()));
                }
            }
            entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
            checkCoverage(entries, dataBytes);
            return new SafetensorsHeader(metadata, List.copyOf(entries));
        }

        @SuppressWarnings("unchecked") // the text begins with '{', so its value is an object
        private Map<String, Object> parseJson(byte[] utf8) {
            try {
                return (Map<String, Object>) Json.read(utf8);
            } catch (JsonException e) {
                throw new FormatException(file + ": the header is not valid JSON: " + e.getMessage(), e);
            }
        }

        private Map<String, String> metadata(Object value) {
            Map<String, String> metadata = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry :
                    object(value, SafetensorsFile.METADATA_KEY).entrySet()) {
                String name = (String) entry.getKey();
                if (!(entry.getValue() instanceof String text)) {
                    throw problem("expected text for " + Quoted.text(name) + " in " + SafetensorsFile.METADATA_KEY
                            + ", found " + kind(entry.getValue()));
                }
                metadata.put(name, text);
            }
            return metadata;
        }

        private Entry entry(String name, Object value) {
            String tensor = "tensor " + Quoted.text(name);
            Map<?, ?> fields = object(value, tensor);
            if (!fields.keySet().equals(ENTRY_KEYS)) {
                throw problem("expected dtype, shape and data_offsets for " + tensor + ", found "
                        + Quoted.text(String.valueOf(fields.keySet())));
            }
            Dtype dtype = dtype(fields.get("dtype"), tensor);
            int[] dims = dims(fields.get("shape"), tensor);
            long[] offsets = integers(fields.get("data_offsets"), "data_offsets", tensor);
            if (offsets.length != 2 || offsets[0] > offsets[1]) {
                throw problem("expected data_offsets [begin, end] with begin <= end for " + tensor + ", found "
                        + Quoted.text(fields.get("data_offsets").toString()));
            }
            Shape shape = shape(dims, tensor);
            long expected = (long) shape.size() * dtype.bytes();
            if (offsets[1] - offsets[0] != expected) {
                throw problem("expected " + expected + " bytes for " + tensor + " (" + dtype + ", shape " + shape
                        + "), found data_offsets [" + offsets[0] + ", " + offsets[1] + "], " + (offsets[1] - offsets[0])
                        + " bytes");
            }
            return new Entry(name, dtype, shape, offsets[0], offsets[1]);
        }

        private Dtype dtype(Object value, String tensor) {
            for (Dtype dtype : Dtype.values()) {
                if (dtype.name().equals(value)) {
                    return dtype;
                }
            }
            throw problem("expected dtype F32, F64, F16 or BF16 for " + tensor + ", found "
                    + (value instanceof String name ? Quoted.text(name) : kind(value))
                    + "; convert it to F32 or leave it out of the file");
        }

        private int[] dims(Object value, String tensor) {
            long[] extents = integers(value, "shape", tensor);
            if (extents.length > MAX_RANK) {
                throw problem("expected at most " + MAX_RANK + " axes for " + tensor + ", found " + extents.length);
            }
            int[] dims = new int[extents.length];
            for (int axis = 0; axis < dims.length; axis++) {
                if (extents[axis] == 0) {
                    throw problem("expected extents of at least 1 for " + tensor + ", found shape "
                            + Quoted.text(value.toString()) + "; tensors without elements are not supported");
                }
                if (extents[axis] > Integer.MAX_VALUE) {
                    throw tooLarge(value.toString(), tensor);
                }
                dims[axis] = (int) extents[axis];
            }
            return dims;
        }

        private Shape shape(int[] dims, String tensor) {
            try {
                Shape shape = Shape.of(dims);
                if (shape.size() <= MAX_ELEMENTS) {
                    return shape;
                }
            } catch (ShapeException e) {
                // Every extent is at least 1 here, so it is the product.
            }
            throw tooLarge(Arrays.toString(dims), tensor);
        }

        private FormatException tooLarge(String shape, String tensor) {
            return problem("expected at most " + MAX_ELEMENTS + " elements in " + tensor + ", found shape "
                    + Quoted.text(shape));
        }

        /** Returns a list of integers, none of them negative. */
        private long[] integers(Object value, String field, String tensor) {
            if (!(value instanceof List<?> list)) {
                throw problem("expected a list of integers as " + field + " of " + tensor + ", found " + kind(value));
            }
            long[] integers = new long[list.size()];
            for (int i = 0; i < integers.length; i++) {
                if (!(list.get(i) instanceof Long integer) || integer < 0) {
                    throw problem("expected integers from 0 to 2^63 - 1 in " + field + " of " + tensor + ", found "
                            + (list.get(i) instanceof Number number ? Json.write(number) : kind(list.get(i))));
                }
                integers[i] = integer;
            }
            return integers;
        }

        private Map<?, ?> object(Object value, String what) {
            if (!(value instanceof Map<?, ?> object)) {
                throw problem("expected an object for " + what + ", found " + kind(value));
            }
            return object;
        }

        /** No tensor is empty, so a begin that is not the last end is an overlap or a hole. */
        private void checkCoverage(List<Entry> entries, long dataBytes) {
            long covered = 0;
            for (Entry entry : entries) {
                if (entry.begin() != covered) {
                    throw problem("expected tensor " + Quoted.text(entry.name()) + " to begin at data offset " + covered
                            + ", found " + entry.begin() + ": "
                            + (entry.begin() < covered ? "it overlaps the tensor before it" : "bytes of no tensor"));
                }
                covered = entry.end();
            }
            if (covered != dataBytes) {
                throw problem("expected " + covered + " bytes of data behind the header, found " + dataBytes + ": "
                        + (covered > dataBytes ? "the file is cut off" : "there are trailing bytes"));
            }
        }

        private static String kind(Object value) {
            if (value == null) {
                return "null";
            }
            if (value instanceof Map) {
                return "an object";
            }
            if (value instanceof List) {
                return "a list";
            }
            return value instanceof String ? "a string" : value instanceof Boolean ? "a boolean" : "a number";
        }

        private FormatException problem(String problem) {
            return new FormatException(file + ": " + problem);
        }
    }
}
