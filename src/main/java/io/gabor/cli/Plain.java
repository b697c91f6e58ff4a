package io.gabor.cli;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.util.Map;

/** Writes text to a stream that may have no multiplication sign: what it cannot encode becomes the nearest ASCII. */
final class Plain extends FilterWriter {
    private static final Map<Character, String> ASCII =
            Map.of('×', "x", '·', "*", '±', "+-", '→', "->", '∂', "d", '–', "-", '—', "-", '‖', "|", 'ε', "eps");

    private final CharsetEncoder encoder;

    private Plain(Writer out, Charset charset) {
        super(out);
        encoder = charset.newEncoder();
    }

    static PrintWriter writer(OutputStream stream, Charset charset) {
        return new PrintWriter(new Plain(new OutputStreamWriter(stream, charset), charset), true);
    }

    /** Returns how this JVM's standard output (or error output) is encoded. */
    static Charset charset(String stream) {
        for (String property : new String[] {stream + ".encoding", "sun." + stream + ".encoding", "native.encoding"}) {
            String name = System.getProperty(property);
            if (name != null && Charset.isSupported(name)) {
                return Charset.forName(name);
            }
        }
        return Charset.defaultCharset();
    }

    @Override
    public void write(int c) throws IOException {
        write(String.valueOf((char) c), 0, 1);
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
        write(String.valueOf(text, offset, length), 0, length);
    }

    @Override
    public void write(String text, int offset, int length) throws IOException {
        String part = text.substring(offset, offset + length);
        if (encoder.canEncode(part)) {
            out.write(part);
            return;
        }
        for (char c : part.toCharArray()) {
            out.write(encoder.canEncode(c) ? String.valueOf(c) : ASCII.getOrDefault(c, String.valueOf(c)));
        }
    }
}
