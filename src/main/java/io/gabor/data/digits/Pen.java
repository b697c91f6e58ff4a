package io.gabor.data.digits;

/**
 * Draws lines with a round pen, anti-aliased: a pixel's ink is how deep its centre lies inside the line, in pixels, from 0
 * (half the softness outside the edge) to 1 (half the softness inside). Crossing lines do not add up; the deeper one wins.
 */
final class Pen {
    private final double radius;
    private final double softness;
    private final double slit;
    private final double slitX;
    private final double slitY;

    /**
     * Chooses a pen.
     *
     * @param radius half the width of a line in pixels
     * @param softness the width of the edge in pixels; 1 is about the anti-aliasing of area coverage
     * @param slit how much the width depends on the direction, 0 to 1: of a line in the direction of the nib it is so much
     *     smaller than of a line across it
     * @param angle the direction of the nib in radians
     */
    Pen(double radius, double softness, double slit, double angle) {
        this.radius = radius;
        this.softness = softness;
        this.slit = slit;
        this.slitX = StrictMath.cos(angle);
        this.slitY = StrictMath.sin(angle);
    }

    /**
     * Draws lines, {@code x0, y0, x1, y1} each, in pixels; pixel (row, column) has its centre at
     * {@code (column + 0.5, row + 0.5)}.
     *
     * @param ink {@code height×width}, 0 to 1; keeps the larger of what is there and what is drawn
     */
    void draw(double[] lines, float[] ink, int height, int width) {
        for (int k = 0; k < lines.length; k += 4) {
            double x0 = lines[k];
            double y0 = lines[k + 1];
            double x1 = lines[k + 2];
            double y1 = lines[k + 3];
            double dx = x1 - x0;
            double dy = y1 - y0;
            double square = dx * dx + dy * dy;
            double inverse = square > 0 ? 1 / square : 0;
            double along2 = (dx * slitX + dy * slitY) * (dx * slitX + dy * slitY) * inverse;
            double r = radius * (1 + slit * (0.5 - along2));
            double reach = r + softness / 2;
            int top = Math.max(0, (int) Math.floor(Math.min(y0, y1) - reach));
            int bottom = Math.min(height - 1, (int) Math.ceil(Math.max(y0, y1) + reach));
            int left = Math.max(0, (int) Math.floor(Math.min(x0, x1) - reach));
            int right = Math.min(width - 1, (int) Math.ceil(Math.max(x0, x1) + reach));
            for (int row = top; row <= bottom; row++) {
                double py = row + 0.5 - y0;
                for (int column = left; column <= right; column++) {
                    double px = column + 0.5 - x0;
                    double along = Math.min(Math.max((px * dx + py * dy) * inverse, 0), 1);
                    double ex = px - along * dx;
                    double ey = py - along * dy;
                    double distance = Math.sqrt(ex * ex + ey * ey);
                    float depth = (float) Math.min((r - distance) / softness + 0.5, 1);
                    int at = row * width + column;
                    if (depth > ink[at]) {
                        ink[at] = depth;
                    }
                }
            }
        }
    }
}
