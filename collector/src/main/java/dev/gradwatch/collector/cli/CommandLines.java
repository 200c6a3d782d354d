package dev.gradwatch.collector.cli;

import picocli.CommandLine;

/** How every command line of Gradwatch is set up: options take their {@code GRADWATCH_*} twins, and errors are one line. */
final class CommandLines {
    /** @param command the top command, subcommands included by its annotation */
    static CommandLine of(Object command) {
        ErrorLines errors = new ErrorLines();
        return new CommandLine(command)
                .setDefaultValueProvider(new EnvironmentDefaults(System.getenv()))
                .setExecutionExceptionHandler(errors)
                .setParameterExceptionHandler(errors)
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    private CommandLines() {}
}
