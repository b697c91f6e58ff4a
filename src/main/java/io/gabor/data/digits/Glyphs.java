package io.gabor.data.digits;

import io.gabor.tensor.Philox;

/**
 * How people write the ten digits: for each, a few ways, every one with room for the writer. A glyph is about 1 high and 0.6
 * wide; how it leans and is squeezed is decided afterwards ({@link Hand}).
 */
final class Glyphs {
    private final Philox random;

    Glyphs(Philox random) {
        this.random = random;
    }

    /** Returns one way of writing a digit, 0 to 9. */
    Path draw(int digit) {
        return switch (digit) {
            case 0 -> zero();
            case 1 -> one();
            case 2 -> two();
            case 3 -> three();
            case 4 -> four();
            case 5 -> five();
            case 6 -> six();
            case 7 -> seven();
            case 8 -> eight();
            case 9 -> nine();
            default -> throw new IllegalArgumentException("a digit is 0 to 9, found " + digit);
        };
    }

    private double u(double low, double high) {
        return random.uniform(low, high);
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** A corner for most writers, a tight curve for the others. */
    private void turn(Path path, double x, double y, double sharp) {
        if (chance(sharp)) {
            path.corner(x, y);
        } else {
            path.to(x, y);
        }
    }

    /** A loop that is begun somewhere near the top and ends near its beginning, or a little before or behind it. */
    private Path zero() {
        Path path = new Path();
        double rx = u(0.22, 0.48);
        double from = u(-160, -20);
        double sweep = -360 + u(-45, 25);
        double drift = u(-0.1, 0.06);
        int steps = 10;
        for (int i = 0; i <= steps; i++) {
            double angle = StrictMath.toRadians(from + sweep * i / steps);
            double r = 1 + drift * (2.0 * i / steps - 1);
            path.to(0.3 + r * rx * StrictMath.cos(angle), 0.5 + r * 0.5 * StrictMath.sin(angle));
        }
        double way = random.nextDouble();
        if (way < 0.08) {
            path.to(0.3 + u(-0.1, 0.16), u(0.1, 0.4));
        } else if (way < 0.11) {
            path.lift().to(0.3 + rx * u(0.5, 1), u(0, 0.25)).to(0.3 - rx * u(0.5, 1), u(0.75, 1));
        }
        return path;
    }

    /** A stroke; with a flag at the top; with a flag and a foot. */
    private Path one() {
        Path path = new Path();
        double bend = u(-0.04, 0.04);
        double way = random.nextDouble();
        if (way < 0.8) {
            return path.to(0.3, 0).to(0.3 + bend, u(0.4, 0.6)).to(0.3, 1);
        }
        path.to(0.3 - u(0.08, 0.3), u(0.1, 0.32));
        path.corner(0.3, 0).to(0.3 + bend, u(0.4, 0.6)).to(0.3, 1);
        if (way > 0.88) {
            path.lift();
            path.to(0.3 - u(0.12, 0.35), 1 + u(-0.03, 0.03)).to(0.3 + u(0.12, 0.35), 1 + u(-0.03, 0.03));
        }
        return path;
    }

    /** An arch down to the left, then a base: begun at a corner, or out of a loop. */
    private Path two() {
        Path path = new Path();
        double right = u(0.46, 0.78);
        double left = u(-0.1, 0.14);
        double top = u(0.1, 0.36);
        path.to(left + u(-0.06, 0.08), top);
        if (chance(0.85)) {
            path.to(left + (right - left) * u(0.15, 0.35), u(0.0, 0.1));
        }
        path.to(left + (right - left) * u(0.5, 0.72), u(-0.02, 0.02));
        path.to(right, u(0.18, 0.36));
        path.to(left + (right - left) * u(0.55, 0.85), u(0.5, 0.7));
        double end = u(0.45, 1.1);
        if (chance(0.6)) {
            double low = u(0.88, 1.0);
            double size = u(0.06, 0.34);
            path.to(left + (right - left) * u(0.2, 0.6), low - u(0.02, 0.16));
            path.to(left + u(-0.08, 0.1), low);
            path.to(left - u(0.02, 0.2), low - size * u(0.4, 0.8));
            path.to(left + u(0, 0.14), low - size * u(0.9, 1.3));
            path.to(left + u(0.22, 0.36), low - size * u(0.2, 0.8));
            if (chance(0.5)) {
                path.to((left + 0.3 + end) / 2, low + u(-0.04, 0.08));
            }
            path.to(end, low + u(-0.18, 0.1));
        } else {
            double low = u(0.9, 1.0);
            path.to(left + u(0.08, 0.24), u(0.76, 0.88));
            turn(path, left + u(-0.08, 0.08), low, 0.75);
            path.to((left + end) / 2, low + u(-0.08, 0.05));
            path.to(end, low + u(-0.14, 0.08));
        }
        return path;
    }

    /** Two bowls open to the left; they meet in a notch, or in a small loop; some writers have a flat top. */
    private Path three() {
        Path path = new Path();
        double left = u(-0.06, 0.18);
        double waist = u(0.34, 0.56);
        double upper = u(0.4, 0.66);
        double lower = u(0.46, 0.76);
        double middle = u(0.1, 0.42);
        if (chance(0.1)) {
            path.to(left, u(0, 0.06)).corner(upper, u(-0.04, 0.06));
            path.corner(middle, waist - 0.04);
        } else {
            path.to(left + u(-0.06, 0.06), u(0.04, 0.26));
            if (chance(0.7)) {
                path.to(left + (upper - left) * u(0.2, 0.45), u(-0.01, 0.06));
            }
            path.to(left + (upper - left) * u(0.5, 0.7), u(-0.03, 0.02));
            path.to(upper, waist * u(0.34, 0.64));
            path.to(upper - (upper - middle) * u(0.25, 0.6), waist * u(0.74, 0.92));
            if (chance(0.25)) {
                path.to(middle, waist + u(-0.02, 0.03));
                path.to(middle - u(0.04, 0.1), waist - u(-0.01, 0.05));
                path.to(middle, waist - u(0.03, 0.09));
            } else {
                turn(path, middle, waist, 0.75);
            }
        }
        double belly = waist + (1 - waist) * u(0.38, 0.62);
        path.to(lower - (lower - middle) * u(0.15, 0.45), waist + (belly - waist) * u(0.15, 0.5));
        path.to(lower, belly);
        path.to(lower - u(0.08, 0.22), u(0.86, 0.97));
        path.to((left + lower) / 2 - u(0, 0.14), u(0.96, 1.02));
        path.to(left + u(-0.24, 0.06), u(0.74, 0.99));
        return path;
    }

    /** Open at the top, or closed; in two strokes, or in one with round turns. */
    private Path four() {
        Path path = new Path();
        double bar = u(0.42, 0.76);
        double stem = u(0.38, 0.66);
        double lean = u(-0.12, 0.06);
        double way = random.nextDouble();
        double end = stem + u(-0.02, 0.36);
        double left = u(-0.12, 0.1);
        if (way < 0.74) {
            path.to(left + u(0, 0.2), u(-0.08, 0.2));
            if (chance(0.5)) {
                path.to(left + u(0, 0.1), bar * u(0.5, 0.75));
            }
            turn(path, left + u(-0.02, 0.06), bar, 0.55);
            if (chance(0.5)) {
                path.to(left + u(0.1, 0.24), bar + u(-0.02, 0.07));
            }
            path.to(end, bar + u(-0.18, 0.05));
            path.lift();
            path.to(stem - lean * u(0, 1), u(-0.05, 0.34))
                    .to(stem, u(0.5, 0.64))
                    .to(stem + lean, 1);
        } else if (way < 0.92) {
            path.to(stem - u(0, 0.08), u(-0.02, 0.06));
            path.to((left + stem) / 2 - u(0, 0.08), bar * u(0.45, 0.6));
            turn(path, left, bar, 0.7);
            path.to(end, bar + u(-0.1, 0.05));
            path.lift();
            path.to(stem, u(-0.04, 0.1)).to(stem + lean * 0.4, u(0.5, 0.6)).to(stem + lean, 1);
        } else {
            path.to(left + u(0, 0.2), u(-0.04, 0.12));
            path.to(left + 0.02, bar * u(0.6, 0.8));
            path.to(left + u(0.1, 0.2), bar + u(0, 0.05));
            path.to(stem - u(0.08, 0.16), bar - u(0, 0.1));
            turn(path, stem + u(0, 0.06), u(0, 0.24), 0.6);
            path.to(stem + lean * 0.5, u(0.5, 0.65)).to(stem + lean, 1);
        }
        return path;
    }

    /** A neck and a bowl, the hat as a second stroke or as the beginning of the first. */
    private Path five() {
        Path path = new Path();
        double neck = u(-0.02, 0.26);
        double shoulder = u(0.28, 0.54);
        double hatEnd = u(0.36, 1.0);
        double hatRise = u(-0.2, 0.08);
        double top = u(0, 0.06);
        boolean oneStroke = chance(0.55);
        double drift = u(-0.12, 0.06);
        if (oneStroke) {
            path.to(hatEnd, top + hatRise);
            if (chance(0.4)) {
                path.to((neck + hatEnd) / 2, top + hatRise * u(0, 0.6));
            }
            turn(path, neck, top + u(0, 0.08), 0.65);
        } else {
            path.to(neck + u(-0.03, 0.05), top + u(0, 0.1));
        }
        turn(path, neck + drift, shoulder, 0.55);
        double right = u(0.4, 0.72);
        double belly = shoulder + (1 - shoulder) * u(0.36, 0.62);
        path.to((neck + drift + right) / 2 + u(-0.04, 0.06), shoulder - u(-0.05, 0.1));
        path.to(right - u(0, 0.08), (shoulder + belly) / 2);
        path.to(right, belly);
        path.to(right - u(0.06, 0.2), u(0.86, 0.96));
        path.to(neck + u(-0.04, 0.14), u(0.97, 1.02));
        path.to(neck - u(0.04, 0.4), u(0.72, 1.0));
        if (!oneStroke) {
            path.lift();
            path.to(neck + u(-0.05, 0.14), top + u(-0.06, 0.04));
            path.to(hatEnd, top + hatRise);
        }
        return path;
    }

    /** A stem from the top right, down into a loop that closes on the stem, before it, or across it. */
    private Path six() {
        Path path = new Path();
        double left = u(-0.04, 0.1);
        double right = u(0.36, 0.8);
        double loopTop = u(0.36, 0.68);
        double middle = (1 + loopTop) / 2;
        double top = u(0.08, 0.56);
        path.to(top, u(0, 0.05));
        path.to(left + (top - left) * u(0.15, 0.5), u(0.22, 0.36));
        path.to(left + u(-0.04, 0.02), u(0.52, 0.7));
        path.to(left + u(0.02, 0.14), u(0.84, 0.95));
        path.to((left + right) / 2 + u(-0.04, 0.06), 1);
        path.to(right, middle + u(-0.08, 0.08));
        path.to(left + (right - left) * u(0.55, 0.8), loopTop + u(0, 0.05));
        path.to(left + (right - left) * u(0.15, 0.45), loopTop + u(0.05, 0.2));
        if (chance(0.65)) {
            path.to(left + (right - left) * u(-0.08, 0.25), middle + u(-0.02, 0.16));
        }
        return path;
    }

    /** A bar and a stem; with a serif at the left, with a bar across the stem. */
    private Path seven() {
        Path path = new Path();
        double left = u(-0.12, 0.12);
        double right = u(0.48, 0.74);
        double foot = u(0.06, 0.56);
        if (chance(0.3)) {
            path.to(left + u(-0.06, 0.04), u(0.1, 0.38));
            turn(path, left, u(0.0, 0.1), 0.6);
        } else {
            path.to(left, u(-0.02, 0.2));
        }
        path.to(left + (right - left) * u(0.35, 0.65), u(-0.02, 0.08));
        turn(path, right, u(-0.06, 0.08), 0.68);
        double bulge = u(-0.14, 0.08);
        path.to((right + foot) / 2 + bulge, u(0.4, 0.6));
        path.to(foot, 1);
        if (chance(0.13)) {
            double across = u(0.42, 0.58);
            double stem = right + (foot - right) * across + bulge;
            double tilt = u(-0.06, 0.06);
            path.lift().to(stem - u(0.12, 0.32), across + tilt).to(stem + u(0.12, 0.32), across - tilt);
        }
        return path;
    }

    /** One stroke like an S that returns, begun at the top; or two rings. */
    private Path eight() {
        Path path = new Path();
        double waist = u(0.36, 0.62);
        double upper = u(0.13, 0.3);
        double lower = u(0.13, 0.3);
        double shift = u(-0.1, 0.06);
        double cx = 0.3;
        if (chance(0.1)) {
            path.arc(cx - shift, waist / 2, upper, waist / 2, u(-120, 60), u(-480, -420));
            path.lift();
            path.arc(cx + shift, (1 + waist) / 2, lower, (1 - waist) / 2, u(-110, -60), u(-470, -430));
            return path;
        }
        double startX = cx - shift + upper * u(0.2, 1.7);
        path.to(startX, waist * u(-0.05, 0.4));
        path.to(cx - shift + u(-0.04, 0.06), u(-0.02, 0.06));
        path.to(cx - shift - upper, waist * u(0.3, 0.6));
        path.to(cx + u(-0.06, 0.02), waist * u(0.9, 1.05));
        path.to(cx + shift + lower, waist + (1 - waist) * u(0.35, 0.65));
        path.to(cx + shift + u(-0.06, 0.04), 1);
        path.to(cx + shift - lower, waist + (1 - waist) * u(0.4, 0.7));
        path.to(cx + u(-0.02, 0.06), waist * u(0.95, 1.05));
        path.to(cx - shift + upper * u(0.6, 1.2), waist * u(0.3, 0.65));
        if (chance(0.65)) {
            path.to(startX + u(-0.12, 0.12), waist * u(-0.1, 0.3));
        }
        return path;
    }

    /** A loop and a tail: straight, bent, or curled to the left like a g. */
    private Path nine() {
        Path path = new Path();
        double right = u(0.4, 0.64);
        double left = u(-0.24, 0.14);
        double bottom = u(0.32, 0.62);
        double middle = bottom * u(0.42, 0.62);
        path.to(right - u(-0.06, 0.2), u(-0.02, 0.18));
        path.to((left + right) / 2 + u(-0.04, 0.1), u(-0.02, 0.04));
        path.to(left, middle);
        path.to(left + (right - left) * u(0.2, 0.5), bottom);
        path.to(right - (right - left) * u(0.04, 0.4), middle + u(-0.04, 0.12));
        double joint = u(-0.04, 0.3);
        turn(path, right + u(-0.04, 0.05), joint, 0.4);
        double way = random.nextDouble();
        double foot = right + u(-0.4, 0.1);
        if (way < 0.74) {
            path.to((right + foot) / 2 + u(-0.02, 0.06), u(0.45, 0.6)).to(foot, 1);
        } else if (way < 0.88) {
            path.to(right + u(-0.04, 0.03), u(0.45, 0.6));
            path.to(right - u(0.04, 0.14), u(0.8, 0.9));
            path.to(right - u(0.2, 0.36), 1);
        } else {
            path.to(right + u(-0.04, 0.03), u(0.45, 0.62));
            path.to(right - u(0.04, 0.12), u(0.84, 0.92));
            path.to((left + right) / 2, 1);
            path.to(left + u(-0.06, 0.06), u(0.8, 0.94));
        }
        return path;
    }
}
