package dev.gradwatch.collector.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * {@code gradwatch rehearse}, for the launcher alone: does in one process what most processes do, so that Java can archive the classes that it
 * takes. What it prints is of no use.
 */
@Command(name = "rehearse", hidden = true)
final class RehearseCommand implements Callable<Integer> {
    private static final List<List<String>> ACTS = List.of(
            List.of("--help"),
            List.of("run", "--", "true"),
            List.of("diagnose", "--list"),
            List.of("demo", "--replay"));

    @Override
    public Integer call() {
        CommandLine commandLine = Gradwatch.commandLine();
        int worst = 0;
        for (List<String> act : ACTS) {
            worst = Math.max(worst, commandLine.execute(act.toArray(new String[0])));
        }
        return worst;
    }
}
