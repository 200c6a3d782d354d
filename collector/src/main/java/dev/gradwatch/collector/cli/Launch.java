package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.cli.child.Child;
import dev.gradwatch.collector.cli.child.PipedChild;
import dev.gradwatch.collector.cli.child.SignalRelay;
import dev.gradwatch.collector.cli.child.TerminalChild;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A command that is ready to start.
 *
 * @param environment all of it
 * @param pty gets a terminal of its own
 */
record Launch(List<String> command, Map<String, String> environment, boolean pty) {
    Launch {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /**
     * Runs it with our stdin, stdout and stderr, and passes on the signals that we get, until it ended and its output is through.
     *
     * @return its exit status; 128 + n where signal n ended it
     * @throws dev.gradwatch.collector.cli.child.CommandNotStarted where it did not start
     */
    int run() throws IOException, InterruptedException {
        try (SignalRelay relay = SignalRelay.install()) {
            Child child = pty ? TerminalChild.start(command, environment) : PipedChild.start(command, environment);
            relay.to(child);
            return child.await();
        }
    }
}
