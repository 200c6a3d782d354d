package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.cli.bench.BenchCommand;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The entry point: parses the command line and starts what it asks for. */
@Command(
        name = "gradwatch",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Says which parameters of a multi-GPU training job get no gradient, on which ranks, why, and the right fix.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            RunCommand.class,
            AttachCommand.class,
            CollectCommand.class,
            DiagnoseCommand.class,
            ReplayCommand.class,
            AlertsCommand.class,
            GpuCommand.class,
            DemoCommand.class,
            BenchCommand.class,
            RehearseCommand.class,
            AutoComplete.GenerateCompletion.class
        },
        footer = {
            "",
            "Every option has a twin in the environment: --listen is GRADWATCH_LISTEN.",
            "Start here: gradwatch demo, or gradwatch run -- torchrun --nproc-per-node 2 train.py"
        })
public final class Gradwatch implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(execute(arguments, System.getenv()));
    }

    private static int execute(String[] arguments, Map<String, String> environment) {
        CommandLine commandLine = commandLine();
        try {
            ConfiguredDefaults.addTo(commandLine, arguments, environment);
        } catch (ParameterException e) {
            return new ErrorLines().handleParseException(e, arguments);
        }
        return commandLine.execute(arguments);
    }

    static CommandLine commandLine() {
        CommandLine commandLine = CommandLines.of(new Gradwatch())
                // An argument of the user's command may begin with @ without naming a file of arguments.
                .setExpandAtFiles(false);
        for (CommandLine subcommand : commandLine.getSubcommands().values()) {
            // From its first word on, the user's command is the user's: its options are not ours.
            subcommand.setStopAtPositional(subcommand.getCommand() instanceof RunCommand);
        }
        return commandLine;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "command: none (expected: run, attach, collect, diagnose, replay, alerts, gpu or demo; see --help)");
    }
}
