package dev.gradwatch.collector.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Errors as one line on stderr, {@code gradwatch: WHAT (expected: WHAT)}: status 2 for bad usage, 1 for whatever a command throws.
 * {@code --verbose} adds the stack trace.
 */
final class ErrorLines implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private static final String VERBOSE = "--verbose";

    @Override
    public int handleParseException(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        String message = oneLine(e);
        if (!message.contains("(expected: ")) {
            message += " (expected: see " + command.getCommandSpec().qualifiedName() + " --help)";
        }
        command.getErr().println("gradwatch: " + message);
        return CommandLine.ExitCode.USAGE;
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, @Nullable ParseResult parsed) {
        PrintWriter err = command.getErr();
        err.println("gradwatch: " + oneLine(e));
        if (parsed != null && verbose(parsed)) {
            e.printStackTrace(err);
        }
        err.flush();
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static boolean verbose(ParseResult parsed) {
        for (ParseResult at = parsed; at != null; at = at.hasSubcommand() ? at.subcommand() : null) {
            if (at.commandSpec().optionsMap().containsKey(VERBOSE)
                    && Boolean.TRUE.equals(
                            at.commandSpec().optionsMap().get(VERBOSE).getValue())) {
                return true;
            }
        }
        return false;
    }

    /** The message without line breaks; the class where there is none. */
    private static String oneLine(Exception e) {
        String message = e.getMessage();
        if (message == null || message.isBlank()) {
            return e.getClass().getSimpleName();
        }
        return message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
