package dev.gradwatch.collector.cli.child;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A command with a pseudo terminal of its own, so that progress bars, colours, line editing and debuggers work as without us. What it writes to
 * stdout and to stderr comes out of the one terminal, to our stdout.
 */
public final class TerminalChild implements Child {
    private final Process process;
    private final Pty pty;
    private final RawTerminal ours;
    private final Pump output;
    private final @Nullable Object formerResize;

    private TerminalChild(Process process, Pty pty, RawTerminal ours, OutputStream to) {
        this.process = process;
        this.pty = pty;
        this.ours = ours;
        this.formerResize = SignalHandlers.replace("WINCH", name -> pty.sizeAs(RawTerminal.STDIN));
        this.output = Pump.start("gradwatch-terminal-output", pty.output(), to, () -> {});
        Pump.start("gradwatch-terminal-input", new FileInputStream(FileDescriptor.in), pty.input(), () -> {});
    }

    /**
     * Starts the command on a new pseudo terminal, and sets ours to raw until it ended.
     *
     * @param environment all of it
     * @throws IOException where standard input is no terminal, or this system has no pseudo terminals
     */
    public static TerminalChild start(List<String> command, Map<String, String> environment) throws IOException {
        return start(command, environment, new FileOutputStream(FileDescriptor.out));
    }

    /** As {@link #start(List, Map)}, with its output copied elsewhere. */
    public static TerminalChild start(List<String> command, Map<String, String> environment, OutputStream to)
            throws IOException {
        // setsid would say less clearly what it cannot start.
        Executable.find(command.get(0));
        LibC libc = library();
        RawTerminal ours = RawTerminal.enter(libc);
        try {
            Pty pty = Pty.open(libc);
            pty.sizeAs(RawTerminal.STDIN);
            List<String> leader = new ArrayList<>(List.of("setsid", "--ctty", "--"));
            leader.addAll(command);
            ProcessBuilder builder = new ProcessBuilder(leader)
                    .redirectInput(pty.terminal())
                    .redirectOutput(Redirect.appendTo(pty.terminal()))
                    .redirectError(Redirect.appendTo(pty.terminal()));
            return new TerminalChild(Spawn.start(builder, environment), pty, ours, to);
        } catch (IOException | RuntimeException e) {
            ours.close();
            throw e;
        }
    }

    private static LibC library() throws IOException {
        try {
            return LibC.Loaded.LIBC;
        } catch (LinkageError e) {
            throw new IOException("pty: the C library cannot be loaded (expected: Linux on x86-64 or AArch64)", e);
        }
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public int await() throws InterruptedException {
        int status = process.waitFor();
        if (output.drain(DRAIN_GRACE_MILLIS)) {
            // A thread that is still reading would next read whatever gets the descriptor's number.
            pty.close();
        }
        if (formerResize != null) {
            SignalHandlers.restore("WINCH", formerResize);
        }
        ours.close();
        return status;
    }

    @Override
    public void signal(String name) {
        Spawn.signal(process, name);
    }

    /** Keys reach the child as bytes; a signal that reaches us was meant for us alone. */
    @Override
    public boolean sharesTerminal() {
        return false;
    }
}
