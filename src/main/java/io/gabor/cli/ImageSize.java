package io.gabor.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The size of a sample that an image becomes.
 *
 * @param height in pixels
 * @param width in pixels
 */
record ImageSize(int height, int width) {
    /** Reads {@code 32} or {@code 24x32}, height before width. */
    static final class Converter implements ITypeConverter<ImageSize> {
        private static final Pattern SIZE = Pattern.compile("(\\d{1,4})(?:[x×](\\d{1,4}))?");

        @Override
        public ImageSize convert(String text) {
            Matcher size = SIZE.matcher(text.strip());
            if (size.matches()) {
                int height = Integer.parseInt(size.group(1));
                int width = size.group(2) == null ? height : Integer.parseInt(size.group(2));
                if (height > 0 && width > 0) {
                    return new ImageSize(height, width);
                }
            }
            throw new TypeConversionException("expected pixels, as 32 or as HEIGHTxWIDTH, found '" + text + "'");
        }
    }
}
