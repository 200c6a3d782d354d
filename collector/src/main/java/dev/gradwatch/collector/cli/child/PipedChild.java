package dev.gradwatch.collector.cli.child;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/** A command with our stdin, and with pipes for stdout and stderr that are copied to ours. */
public final class PipedChild implements Child {
    private final Process process;
    private final OutputKeeper keeper;
    private final Pump out;
    private final Pump err;

    private PipedChild(Process process, OutputStream out, OutputStream err) {
        this.process = process;
        ChildPipe childsOut = ChildPipe.take(process.pid(), 1, process.getInputStream());
        ChildPipe childsErr = ChildPipe.take(process.pid(), 2, process.getErrorStream());
        this.keeper = OutputKeeper.start(childsOut, childsErr);
        this.out = Pump.start("gradwatch-stdout", childsOut.stream(), out, () -> keeper.forget(1));
        this.err = Pump.start("gradwatch-stderr", childsErr.stream(), err, () -> keeper.forget(2));
    }

    /**
     * Starts the command with its output copied to our own stdout and stderr, past any Java stream that would buffer or recode it.
     *
     * @param environment all of it
     * @throws CommandNotStarted where the program is missing or cannot be executed
     */
    public static PipedChild start(List<String> command, Map<String, String> environment) throws IOException {
        return start(
                command,
                environment,
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err));
    }

    /**
     * As {@link #start(List, Map)}, with its output copied elsewhere.
     *
     * @param out is flushed after every read, and left open
     * @param err likewise; may be the same stream where that is thread-safe
     */
    public static PipedChild start(
            List<String> command, Map<String, String> environment, OutputStream out, OutputStream err)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.INHERIT);
        return new PipedChild(Spawn.start(builder, environment), out, err);
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public int await() throws InterruptedException {
        int status = process.waitFor();
        out.drain(DRAIN_GRACE_MILLIS);
        err.drain(DRAIN_GRACE_MILLIS);
        keeper.close();
        return status;
    }

    @Override
    public void signal(String name) {
        Spawn.signal(process, name);
    }

    @Override
    public boolean sharesTerminal() {
        return true;
    }
}
