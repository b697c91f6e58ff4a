package io.gabor.backend.cpu;

import java.util.ArrayList;
import java.util.List;

/**
 * Arrays that all ops share, since they run one after the other: as long as the largest need among the ops that are open.
 * Their contents are meaningless when an op begins.
 */
final class Scratch {
    private final Memory memory;
    private final float[][] arrays;
    private final List<Integer> needs = new ArrayList<>();

    Scratch(Memory memory, int count) {
        this.memory = memory;
        arrays = new float[count][0];
    }

    /** Makes every array at least this long until {@link #giveBack} is called with the same number. */
    void reserve(String op, long floats) {
        if (floats > Integer.MAX_VALUE - 8) {
            throw memory.outOfMemory(op, "a scratch array", 4 * floats, null);
        }
        if (floats > arrays[0].length) {
            resize(op, (int) floats);
        }
        needs.add((int) floats);
    }

    void giveBack(long floats) {
        needs.remove(Integer.valueOf((int) floats));
        int most = 0;
        for (int need : needs) {
            most = Math.max(most, need);
        }
        if (most < arrays[0].length) {
            resize("close", most);
        }
    }

    /** Makes every array at least this long, for now: where nobody could know the need beforehand. */
    void require(long floats) {
        if (floats > arrays[0].length) {
            resize("conversion of the layout", (int) floats);
        }
    }

    float[] of(int index) {
        return arrays[index];
    }

    void close() {
        needs.clear();
        resize("close", 0);
    }

    private void resize(String op, int floats) {
        for (int i = 0; i < arrays.length; i++) {
            long before = arrays[i].length;
            try {
                arrays[i] = new float[floats];
            } catch (OutOfMemoryError e) {
                throw memory.outOfMemory(op, "a scratch array", 4L * floats * arrays.length, e);
            }
            memory.count(4 * (floats - before));
        }
    }
}
