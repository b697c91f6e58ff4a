package io.gabor.io;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Decodes UTF-8 and rejects what is none: String's own decoder would put U+FFFD in its place and say nothing. */
final class StrictUtf8 {
    private StrictUtf8() {}

    static String decode(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        // UTF-8 never has fewer bytes than UTF-16 has units, so this is always enough.
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        boolean malformed = result.isError();
        int index = out.position();
        String text = out.flip().toString();
        if (malformed) {
            throw JsonException.at(
                    text,
                    index,
                    String.format(
                            "expected UTF-8, found the byte 0x%02x at offset %d", bytes[in.position()], in.position()));
        }
        return text;
    }
}
