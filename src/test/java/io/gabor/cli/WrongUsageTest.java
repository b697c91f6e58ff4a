package io.gabor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong with a command line is one line on standard error, with exit code 2. */
class WrongUsageTest {
    @TempDir
    private Path folder;

    private static void assertOneLine(Run run, String... parts) {
        assertEquals(2, run.code(), run.toString());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("gabor: "), run.err());
        for (String part : parts) {
            assertTrue(run.err().contains(part), run.err());
        }
        assertEquals("", run.out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "trian                            | 'train'",
                "train --epoch 3                  | '--epochs'",
                "train --model lenett             | 'lenet'",
                "summary --model digit01          | 'digits01'",
                "train --dataset mnst             | 'mnist'",
                "train --dataset digits --optimizer amad     | 'adam'",
                "train --dataset digits --backend cpuu       | 'cpu'",
                "bench --backend refrence         | 'reference'"
            })
    void anUnknownNameGetsTheNearest(String line, String nearest) {
        assertOneLine(Run.gabor((Object[]) line.split(" +")), "did you mean '" + nearest + "'?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--batch 0     | at least 1, found '0'",
                "--batch 2.5   | at least 1, found '2.5'",
                "--rotate much | expected a number, found 'much'",
                "--rotate 200  | --rotate must be from 0 to 180.0, found 200.0",
                "--shift 1.5   | --shift must be a whole number from 0 to 1024, found 1.5",
                "--epochs -1   | at least 1, found '-1'",
                "--limit 0     | at least 1, found '0'",
                "--lr abc      | above 0, found 'abc'",
                "--lr 0        | above 0, found '0'",
                "--lr NaN      | above 0, found 'NaN'",
                "--lr Infinity | above 0, found 'Infinity'",
                "--schedule linear | there is no schedule 'linear'; there are constant, step",
                "--schedule step:every=0 | schedule step: every must be a whole number of at least 1, found 0",
                "--label-smoothing 2 | expected a number from 0 to 1, found '2'",
                "--class-weights 1,x | class weights are 'balanced', or a number above 0 for each class",
                "--clip-norm 0 | above 0, found '0'",
                "--clip-value -1 | above 0, found '-1'",
                "--validation-share 1.5 | expected a number from 0 to 1, found '1.5'",
                "--keep-best 2 | give --validation-share as well",
                "--patience 2 | give --validation-share as well",
                "--schedule plateau | goes by the validation loss; give --validation-share as well",
                "--weight-decay -1 | expected a number from 0 to 1, found '-1'",
                "--accumulate 0 | at least 1, found '0'",
                "--ema 2 | expected a number from 0 to 1, found '2'",
                "--threads 0   | from 1 to 1024, found '0'",
                "--threads 1e3 | from 1 to 1024, found '1e3'",
                "--seed x      | 'x' is not a long"
            })
    void aValueThatCannotBeIsNamedWithWhatCould(String option, String expected) {
        Object[] args = ("train --dataset digits " + option).split(" +");
        assertOneLine(Run.gabor(args), option.substring(0, option.indexOf(' ')), expected);
    }

    @Test
    void filesThatAreNotThere() {
        assertOneLine(Run.gabor("test", "--model", folder.resolve("no.safetensors")), "there is no model file");
        assertOneLine(Run.gabor("predict"), "IMAGE");
        assertOneLine(Run.gabor("train", "surplus"), "unexpected argument 'surplus'");
        assertOneLine(Run.gabor("check", "--dataset", folder.resolve("none")), "there is no data set or folder");
    }

    @Test
    void placesThatCannotBeWrittenAreFoundBeforeTheWork() {
        String[] before = {"train", "--dataset", "digits"};
        assertOneLine(Run.gabor(before[0], before[1], before[2], "--save", folder), "is a folder");
        Path lost = folder.resolve("missing").resolve("model.safetensors");
        assertOneLine(Run.gabor(before[0], before[1], before[2], "--save", lost), "does not exist");
        assertOneLine(Run.gabor("summary", "--json", folder.resolve("missing/s.json")), "--json", "does not exist");
    }

    @Test
    void aModelThatIsNotTrainedYet() {
        assertOneLine(Run.gabor("test", "--model", "mlp-tanh"), "gabor train --model mlp-tanh");
    }

    @Test
    void aFileThatIsNoModel() throws Exception {
        Path file = Files.writeString(folder.resolve("x.safetensors"), "{\"not\": \"a model\"}");
        assertOneLine(Run.gabor("test", "--model", file), file.toString());
        assertOneLine(Run.gabor("train", "--model", file), file.toString());
    }

    @Test
    void withoutACommandThereIsHelpButNoSuccess() {
        Run run = Run.gabor();
        assertEquals(2, run.code());
        assertTrue(run.err().contains("Commands:"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "test", "predict", "summary", "check", "doctor", "bench"})
    void everyCommandHasHelpWithExamplesAndExitCodes(String command) {
        Run run = Run.gabor(command, "--help");
        assertEquals(0, run.code());
        assertTrue(run.out().contains("Examples:"), run.out());
        assertTrue(run.out().contains("gabor " + command), run.out());
        assertTrue(run.out().contains("Exit codes:"), run.out());
        assertTrue(run.out().contains("--json"), run.out());
        assertFalse(run.out().contains("\u001b"), "no colours when nobody watches");
    }
}
