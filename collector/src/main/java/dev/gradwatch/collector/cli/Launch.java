package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.cli.child.Child;
import dev.gradwatch.collector.cli.child.ChildStarter;
import dev.gradwatch.collector.cli.child.SignalRelay;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A command that is ready to start.
 *
 * @param environment all of it
 * @param starter decides what its streams are connected to
 */
record Launch(List<String> command, Map<String, String> environment, ChildStarter starter) {
    Launch {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /**
     * Runs it, and passes on the signals that we get, until it ended and its output is through.
     *
     * @return its exit status; 128 + n where signal n ended it
     * @throws dev.gradwatch.collector.cli.child.CommandNotStarted where it did not start
     */
    int run() throws IOException, InterruptedException {
        try (SignalRelay relay = SignalRelay.install()) {
            Child child = starter.start(command, environment);
            relay.to(child);
            return child.await();
        }
    }
}
