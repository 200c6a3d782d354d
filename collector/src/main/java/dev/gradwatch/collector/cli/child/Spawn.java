package dev.gradwatch.collector.cli.child;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Starts and signals processes, where Java's own words fall short of POSIX's. */
final class Spawn {
    private Spawn() {}

    /** Starts the command in exactly this environment. */
    static Process start(ProcessBuilder builder, Map<String, String> environment) throws CommandNotStarted {
        String program = builder.command().get(0);
        Executable.find(program);
        // Only what differs is touched: values that are not text in our encoding then reach the child as they are.
        Map<String, String> variables = builder.environment();
        variables.keySet().retainAll(environment.keySet());
        environment.forEach((name, value) -> {
            if (!value.equals(variables.get(name))) {
                variables.put(name, value);
            }
        });
        try {
            return builder.start();
        } catch (IOException failed) {
            // Found and yet not started: a script whose interpreter is missing, another machine's binary, or no memory
            // left.
            throw new CommandNotStarted(
                    "cannot execute: " + program + ": " + reason(failed), CommandNotStarted.NOT_EXECUTABLE);
        }
    }

    /** {@code Cannot run program "x": error=8, Exec format error} without what the caller says itself. */
    private static String reason(IOException failed) {
        String message = String.valueOf(failed.getMessage());
        int at = message.indexOf("error=");
        int comma = message.indexOf(", ", Math.max(at, 0));
        return at < 0 || comma < 0 ? message : message.substring(comma + 2);
    }

    /** Java can only terminate or kill, so the shell's own {@code kill} sends the rest. */
    static void signal(Process process, String name) {
        if (!process.isAlive()) {
            return;
        }
        List<String> kill = List.of("sh", "-c", "kill -s \"$0\" \"$1\"", name, Long.toString(process.pid()));
        try {
            new ProcessBuilder(kill)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException noProcessCanBeStarted) {
            // TERM is the one signal that must come through, and Java can send that one itself.
            if (name.equals("TERM")) {
                process.toHandle().destroy();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
