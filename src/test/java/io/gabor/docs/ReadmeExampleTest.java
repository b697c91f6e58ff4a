package io.gabor.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.data.DataOptions;
import io.gabor.data.Dataset;
import io.gabor.data.DatasetSource;
import io.gabor.data.DownloadProgress;
import io.gabor.data.Split;
import io.gabor.tensor.Shape;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compiles the README's first example as it stands there, and runs it. So that it takes a moment and no network, two calls
 * then go to {@link Small}: data of 200 images in place of MNIST, and the backend {@code reference}.
 */
public class ReadmeExampleTest {
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path classes;

    /** What takes the place of the large data and of the automatic choice. Public, as the example is compiled apart. */
    public static final class Small {
        private static final int CLASSES = 10;
        private static final int SIDE = 28;

        private Small() {}

        /** Has images of one bright line each; the line's height is the class. */
        public static DatasetSource data(String name, DataOptions options, DownloadProgress progress) {
            return new DatasetSource() {
                @Override
                public String name() {
                    return "lines";
                }

                @Override
                public String location() {
                    return "drawn by the test";
                }

                @Override
                public Dataset load(Split split) {
                    return lines(split == Split.TRAIN ? 200 : 50);
                }
            };
        }

        private static Dataset lines(int count) {
            byte[] pixels = new byte[count * SIDE * SIDE];
            int[] labels = new int[count];
            for (int i = 0; i < count; i++) {
                labels[i] = i % CLASSES;
                int row = 4 + 2 * labels[i];
                for (int column = i % 5; column < SIDE; column++) {
                    pixels[(i * SIDE + row) * SIDE + column] = (byte) 255;
                }
            }
            List<String> names =
                    IntStream.range(0, CLASSES).mapToObj(Integer::toString).toList();
            return Dataset.ofBytes("lines", Shape.of(1, SIDE, SIDE), pixels, labels, names);
        }

        /** Opens the reference backend. */
        public static Backend backend() {
            return Backends.select("reference");
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /** Returns the example as a class whose method gives back what the example prints. */
    private static String example() throws IOException {
        Matcher blocks = BLOCK.matcher(Files.readString(Path.of("README.md")));
        assertTrue(blocks.find(), "README.md has no java block");
        String body = blocks.group(1);
        assertTrue(blocks.find(), "README.md has no block with the imports");
        return blocks.group(1) + "public class Example {\n  public static void main(String[] args) {\n" + body
                + "  }\n}\n";
    }

    private static String replaced(String text, String part, String by) {
        assertTrue(text.contains(part), "the example does not say " + part);
        return text.replace(part, by);
    }

    private void compile(String text) throws IOException, URISyntaxException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Path main = Path.of(Backends.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path test = Path.of(ReadmeExampleTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        String path = main + File.pathSeparator + test + File.pathSeparator + System.getProperty("java.class.path");
        StringWriter messages = new StringWriter();
        List<? extends JavaFileObject> sources = List.of(new Source("Example", text));
        boolean done = compiler.getTask(
                        messages,
                        null,
                        null,
                        List.of("-d", classes.toString(), "-classpath", path, "-proc:none"),
                        null,
                        sources)
                .call();
        assertTrue(done, () -> "the README's example does not compile:\n" + messages);
    }

    @Test
    void compilesAsItStands() throws IOException, URISyntaxException {
        compile(example());
    }

    @Test
    void learns() throws Exception {
        String small = getClass().getCanonicalName() + ".Small";
        String text = replaced(example(), "Datasets.openOrDigits(", small + ".data(");
        text = replaced(text, "Backends.auto()", small + ".backend()");
        text = replaced(text, "System.out.println(", "System.setProperty(\"gabor.example\", ");
        compile(text);
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
            loader.loadClass("Example").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
            String printed = System.getProperty("gabor.example");
            Matcher line = Pattern.compile("test accuracy: ([01]\\.\\d+)").matcher(printed);
            assertTrue(line.matches(), printed);
            assertTrue(Double.parseDouble(line.group(1)) > 0.9, printed);
        } finally {
            System.clearProperty("gabor.example");
        }
    }

    /** The two commands come first, and word for word. */
    @Test
    void commandsComeFirst() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String first = readme.substring(readme.indexOf("```\n") + 4);
        assertEquals(
                "mvn -q package -DskipTests && java -jar target/gabor.jar train\nmvn verify\n",
                first.substring(0, first.indexOf("```")));
    }
}
