package io.gabor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.gabor.model.Models;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small parts that the commands share. */
class SmallPartsTest {
    @ParameterizedTest
    @CsvSource({"lenet,lenet,0", "lenet,lenett,1", "lenet,leent,1", "mnist,minst,1", "'',abc,3", "kitten,sitting,3"})
    void editsAreCounted(String a, String b, int expected) {
        assertEquals(expected, Nearest.distance(a, b));
        assertEquals(expected, Nearest.distance(b, a));
    }

    @Test
    void aFarNameIsNotSuggested() {
        assertEquals(Optional.of("adam"), Nearest.to("Adma", List.of("sgd", "adam")));
        assertEquals(Optional.empty(), Nearest.to("something", List.of("sgd", "adam")));
    }

    @Test
    void numbersAreTheSameInEveryCountry() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            assertEquals("431,080", Numbers.count(431_080));
            assertEquals("98.97 %", Numbers.percent(0.9897));
            assertEquals("0.0123", Numbers.loss(0.01234));
            assertEquals("1.23e-05", Numbers.loss(1.23e-5));
            assertEquals("1.5 KiB", Numbers.bytes(1536));
            assertEquals("24,511", Numbers.rate(24_511.2));
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void columnsAreAligned() {
        List<String> lines = new Table("name", ">count", "note")
                .row("a", "1", "x")
                .row("longer", "1,000", "")
                .lines();
        assertEquals(List.of("name    count  note", "a           1  x", "longer  1,000"), lines);
    }

    @ParameterizedTest
    @ValueSource(strings = {"US-ASCII", "IBM437"})
    void whatCannotBeEncodedIsReplaced(String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintWriter writer = Plain.writer(bytes, Charset.forName(name));
        writer.print("1×28×28");
        writer.flush();
        assertEquals("1x28x28", bytes.toString(StandardCharsets.US_ASCII));
    }

    @Test
    void aLineComesAboveTheMovingOne() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(bytes, false, StandardCharsets.UTF_8);
        LiveLine live = new LiveLine(stream, 13);
        live.accept("0123456789abc");
        live.accept("short");
        live.above(() -> stream.print("above\n"));
        stream.flush();
        assertEquals(
                "\r0123456789\rshort     \r" + " ".repeat(7) + "\rabove\n", bytes.toString(StandardCharsets.UTF_8));
        live.accept("0123456789");
        bytes.reset();
        live.close();
        live.accept("a progress bar that goes on");
        stream.flush();
        assertEquals("\r" + " ".repeat(12) + "\r", bytes.toString(StandardCharsets.UTF_8), "cleared, and then silent");
    }

    @Test
    void aCardIsReadAsItWasWritten() {
        for (var model : Models.all()) {
            ModelCard card =
                    new ModelCard(model.name(), model.recipe(), List.of("zero", "one"), -7, new FolderImages(0.25, 9));
            Map<String, Object> written = card.write();
            ModelCard read = ModelCard.read(written);
            assertEquals(written, read.write());
            assertEquals("one", read.className(1));
            assertEquals("2", read.className(2));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"model", "classNames", "seed", "dataset", "rate"})
    void aCardWithAHoleIsNamed(String key) {
        Map<String, Object> written = new LinkedHashMap<>(
                new ModelCard("lenet", Models.byName("lenet").recipe(), List.of(), 1, null).write());
        written.remove(key);
        String message = assertThrows(IllegalArgumentException.class, () -> ModelCard.read(written))
                .getMessage();
        assertEquals(true, message.contains("'" + key + "'"), message);
    }
}
