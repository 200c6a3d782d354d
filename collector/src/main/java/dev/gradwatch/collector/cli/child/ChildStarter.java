package dev.gradwatch.collector.cli.child;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Starts commands, such as {@link PipedChild#start} or {@link TerminalChild#start}. */
@FunctionalInterface
public interface ChildStarter {
    /**
     * @param environment all of it
     * @throws CommandNotStarted where the program is missing or cannot be executed
     */
    Child start(List<String> command, Map<String, String> environment) throws IOException;
}
