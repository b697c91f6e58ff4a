package io.gabor.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;

/** Makes small image files. */
public final class TestImages {
    private TestImages() {}

    /** Writes a PNG of one colour, and the folders above it. */
    public static Path png(Path file, int width, int height, int rgb) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, rgb);
        }
        return write(file, image);
    }

    static Path write(Path file, BufferedImage image) {
        try {
            Files.createDirectories(file.getParent());
            ImageIO.write(image, "png", file.toFile());
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The beginning of a PNG that announces this size: signature, IHDR, and nothing behind it. */
    public static byte[] pngHeader(int width, int height) {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (DataOutputStream chunk = new DataOutputStream(header);
                DataOutputStream out = new DataOutputStream(file)) {
            chunk.write("IHDR".getBytes(StandardCharsets.US_ASCII));
            chunk.writeInt(width);
            chunk.writeInt(height);
            chunk.write(new byte[] {8, 2, 0, 0, 0});
            out.writeLong(0x89504E470D0A1A0AL);
            out.writeInt(13);
            out.write(header.toByteArray());
            CRC32 crc = new CRC32();
            crc.update(header.toByteArray());
            out.writeInt((int) crc.getValue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }
}
