package io.gabor.cli;

import io.gabor.backend.BackendException;
import io.gabor.data.DataException;
import io.gabor.io.FormatException;
import io.gabor.train.NonFiniteException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program: its commands, and what becomes of errors. */
@Command(
        name = "gabor",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Trains and tests convolutional networks on the JVM.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            TrainCommand.class,
            TestCommand.class,
            PredictCommand.class,
            SummaryCommand.class,
            CheckCommand.class,
            DoctorCommand.class,
            BenchCommand.class
        },
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gabor train                       trains lenet on MNIST and tests it",
            "  gabor predict photo.png --model lenet.safetensors",
            "  gabor train --help                says more about a command"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:a check failed", "2:bad usage or bad input"})
final class Gabor implements Runnable {
    /** The environment variable that asks for stack traces. */
    static final String DEBUG = "GABOR_DEBUG";

    @Spec
    private CommandSpec spec;

    /** Runs a command line on this JVM's standard streams and returns its exit code. */
    static int run(String[] args) {
        Relaunch.leaveWithParent();
        PrintWriter out = Plain.writer(System.out, Plain.charset("stdout"));
        PrintWriter err = Plain.writer(System.err, Plain.charset("stderr"));
        return commandLine(out, err).execute(args);
    }

    static CommandLine commandLine(PrintWriter out, PrintWriter err) {
        return new CommandLine(new Gabor())
                .setOut(out)
                .setErr(err)
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setUsageHelpLongOptionsMaxWidth(28)
                .setUsageHelpWidth(100)
                .setParameterExceptionHandler(Gabor::badUsage)
                .setExecutionExceptionHandler((e, commandLine, parsed) -> failed(e, commandLine));
    }

    /** Without a command: the help, but not as a success. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "");
    }

    private static int badUsage(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        if (e.getMessage().isEmpty()) {
            command.usage(command.getErr());
            return ExitCode.BAD_INPUT;
        }
        String name = command.getCommandSpec().qualifiedName();
        String message = describe(e);
        print(command, message + (message.endsWith("?") ? " See " : "; see ") + name + " --help");
        return ExitCode.BAD_INPUT;
    }

    private static String describe(ParameterException e) {
        if (!(e instanceof UnmatchedArgumentException unmatched)) {
            return e.getMessage();
        }
        CommandLine command = e.getCommandLine();
        String found = unmatched.getUnmatched().get(0);
        boolean option = found.startsWith("-");
        boolean atTop = command.getParent() == null;
        if (!option && !atTop) {
            return "unexpected argument '" + found + "'";
        }
        List<String> known = option
                ? List.copyOf(command.getCommandSpec().optionsMap().keySet())
                : List.copyOf(command.getSubcommands().keySet());
        return "there is no " + (option ? "option" : "command") + " '" + found + "'"
                + Nearest.to(found, known)
                        .map(name -> "; did you mean '" + name + "'?")
                        .orElse("");
    }

    private static int failed(Exception e, CommandLine command) {
        boolean expected = isExpected(e);
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        print(command, expected ? message : "internal error, please report it: " + e);
        String debug = System.getenv(DEBUG);
        boolean verbose = command.getCommand() instanceof GaborCommand asked && asked.isVerbose();
        if (!expected || verbose || (debug != null && !debug.isEmpty() && !debug.equals("0"))) {
            e.printStackTrace(command.getErr());
            command.getErr().flush();
        }
        return ExitCode.BAD_INPUT;
    }

    /** Whether it says, in words for the user, that the input or the machine cannot do what was asked for. */
    private static boolean isExpected(Exception e) {
        return e instanceof UsageException
                || e instanceof DataException
                || e instanceof FormatException
                || e instanceof BackendException
                || e instanceof NonFiniteException
                || e instanceof IOException
                || e instanceof UncheckedIOException
                || e instanceof InvalidPathException
                || e instanceof IllegalArgumentException;
    }

    private static void print(CommandLine command, String message) {
        command.getErr().println("gabor: " + message.replaceAll("\\s*\\R\\s*", "; "));
        command.getErr().flush();
    }
}
