package dev.gradwatch.collector.cli.attach;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A JVM of this user that runs, and that can be attached to. Immutable, thread-safe. */
public final class RunningJvm {
    private final ProcessHandle process;

    private RunningJvm(ProcessHandle process) {
        this.process = process;
    }

    /**
     * Looks at the process, without touching it.
     *
     * @throws IOException in one line, where it is not there, is another user's, is no JVM, does not let itself be attached to, or has the agent
     */
    public static RunningJvm of(long pid) throws IOException {
        ProcessHandle process = ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .orElseThrow(() ->
                        new IOException("pid: " + pid + " is no process (expected: that of a JVM, such as jps lists)"));
        if (process.equals(ProcessHandle.current())) {
            throw new IOException("pid: " + pid + " is gradwatch itself (expected: that of a trainer)");
        }
        Optional<String> theirs = process.info().user();
        Optional<String> ours = ProcessHandle.current().info().user();
        if (theirs.isPresent() && ours.isPresent() && !theirs.equals(ours)) {
            throw new IOException("pid: " + pid + " is " + theirs.get() + "'s (expected: a process of " + ours.get()
                    + "; run this as " + theirs.get() + ")");
        }
        ProcessFacts.of(pid).check();
        return new RunningJvm(process);
    }

    /** The words that started it; the program alone where the system does not tell. */
    public List<String> command() {
        List<String> words = new ArrayList<>();
        words.add(process.info().command().orElse("java"));
        words.addAll(List.of(process.info().arguments().orElse(new String[0])));
        return words;
    }

    public long pid() {
        return process.pid();
    }

    /** Completes when the process ended, however it did. */
    public CompletableFuture<ProcessHandle> ended() {
        return process.onExit();
    }

    /**
     * Has it load the agent, and returns when the agent has begun. Blocks for some 10 s at most.
     *
     * @param options as the agent reads them; other users of the machine cannot see them
     * @throws IOException in one line, where this Java cannot attach, or the JVM does not load it
     */
    public void load(Path agent, String options) throws IOException {
        if (ModuleLayer.boot().findModule("jdk.attach").isEmpty()) {
            throw new IOException("java: " + System.getProperty("java.home")
                    + " has no module jdk.attach (expected: a JDK, by JAVA_HOME or on PATH)");
        }
        Attachment.load(pid(), agent, options);
    }
}
