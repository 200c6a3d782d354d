package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.sink.report.DiagnosisJson;
import dev.gradwatch.collector.sink.terminal.DiagnosisPrinter;
import dev.gradwatch.collector.sink.terminal.Terminal;
import dev.gradwatch.collector.source.log.SignatureFile;
import dev.gradwatch.collector.source.log.Signatures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code diagnose PATH…}: what finished logs show, without a reporter. */
@Command(
        name = "diagnose",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Reads finished logs of a training job and says what they show: the answer, the evidence, the fix.",
            "All paths together are taken for one job."
        },
        footer = {"", "Examples: gradwatch diagnose train.log", "          torchrun ... 2>&1 | gradwatch diagnose -"})
final class DiagnoseCommand implements Callable<Integer> {
    enum Format {
        TEXT,
        JSON
    }

    @Parameters(
            arity = "0..*",
            paramLabel = "PATH",
            description = "A log, plain or .gz; a folder of logs, such as torchrun's --log-dir; - for standard input.")
    List<String> paths = List.of();

    @Option(
            names = "--format",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "text is for people; json is gradwatch.diagnosis/1, with every message. Default: text.")
    Format format = Format.TEXT;

    @Option(names = "--list", description = "Print every message that is known, with what it means and the right fix.")
    boolean list;

    @Option(names = "--literals", hidden = true, description = "Print the text that is looked for, for the benchmark.")
    boolean literals;

    @Option(
            names = "--signatures",
            paramLabel = "FILE.json",
            description = "Signatures of your own, beside those that are built in.")
    @Nullable
    Path signatures;

    @Option(names = "--verbose", description = "Add the stack trace to an error.")
    boolean verbose;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (!list && !literals && paths.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "path: none (expected: a log, a folder of logs, or - for standard input)");
        }
        Signatures known = SignatureFile.load(signatures);
        PrintWriter out = spec.commandLine().getOut();
        if (literals) {
            known.literals().forEach(out::println);
            out.flush();
            return CommandLine.ExitCode.OK;
        }
        if (list) {
            out.print(format == Format.JSON ? DiagnosisJson.list(SignatureList.of(known)) : SignatureList.text(known));
            out.flush();
            return CommandLine.ExitCode.OK;
        }
        Diagnosis diagnosis =
                new Diagnosis(known, Progress.onTerminal(spec.commandLine().getErr()));
        diagnosis.read(paths);
        out.print(
                format == Format.JSON
                        ? DiagnosisJson.text(diagnosis.messages(), diagnosis.leftOut(), diagnosis.report())
                        : new DiagnosisPrinter(Terminal.ofStandardOutput(System.getenv()))
                                .print(diagnosis.report(), diagnosis.messages(), diagnosis.lines()));
        out.flush();
        return CommandLine.ExitCode.OK;
    }
}
