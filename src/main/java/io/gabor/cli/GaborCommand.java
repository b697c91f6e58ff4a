package io.gabor.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands share: help, the report for programs, and how a failure ends. */
@Command(
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        sortSynopsis = false,
        abbreviateSynopsis = true,
        optionListHeading = "%nOptions:%n",
        parameterListHeading = "%nArguments:%n",
        footerHeading = "%nExamples:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "2:bad usage or bad input"})
abstract class GaborCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--json",
            order = 90,
            paramLabel = "FILE",
            description = "Write what is printed for programs, too; '-' is standard output, and what is for people then"
                    + " goes to standard error.")
    private String json;

    @Option(names = "--verbose", order = 91, description = "With an error, print where in the program it happened.")
    private boolean verbose;

    final boolean isVerbose() {
        return verbose;
    }

    @Override
    public final Integer call() throws Exception {
        JsonReport report = JsonReport.to(json);
        CommandLine command = spec.commandLine();
        PrintWriter people = JsonReport.STDOUT.equals(json) ? command.getErr() : command.getOut();
        try {
            int code = run(new Screen(people, Terminal.isThere()), report);
            report.write(command.getOut());
            return code;
        } catch (OutOfMemoryError e) {
            throw new UsageException(
                    "not enough memory: Java may use "
                            + Numbers.bytes(Runtime.getRuntime().maxMemory())
                            + "; use a smaller --batch, fewer images with --limit, or more memory with java -Xmx4g -jar ...",
                    e);
        } finally {
            release();
        }
    }

    /** Does the work and returns the exit code. */
    abstract int run(Screen screen, JsonReport report) throws Exception;

    /** Called at the very end, also after a failure. */
    void release() {}
}
