package io.gabor.backend.cpu;

/** Refuses a backward pass whose results share storage with its arguments or with one another; absent ones are null. */
final class Sharing {
    private Sharing() {}

    static void refuse(String op, float[] x, float[] w, float[] y, float[] dy, float[] dw, float[] db, float[] dx) {
        inputs(op, "dw", dw, x, w, y, dy);
        inputs(op, "db", db, x, w, y, dy);
        inputs(op, "dx", dx, x, w, y, dy);
        Memory.separate(op, "dw", dw, "db", db);
        Memory.separate(op, "dx", dx, "dw", dw);
        Memory.separate(op, "dx", dx, "db", db);
    }

    private static void inputs(String op, String name, float[] output, float[] x, float[] w, float[] y, float[] dy) {
        Memory.separate(op, name, output, "x", x);
        Memory.separate(op, name, output, "w", w);
        Memory.separate(op, name, output, "y", y);
        Memory.separate(op, name, output, "dy", dy);
    }
}
