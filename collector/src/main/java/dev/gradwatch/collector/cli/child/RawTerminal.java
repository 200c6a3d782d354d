package dev.gradwatch.collector.cli.child;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.io.IOException;

/**
 * Our own terminal while a child has a pseudo terminal: every key goes through, Ctrl-C included, and the child's terminal does the echo.
 * {@link #close} gives it back as it was; so does the end of this process, unless it is killed.
 */
final class RawTerminal implements AutoCloseable {
    static final int STDIN = 0;

    private final LibC libc;
    private final Memory former;
    private final Thread atExit;

    private RawTerminal(LibC libc, Memory former) {
        this.libc = libc;
        this.former = former;
        this.atExit = new Thread(this::restore, "gradwatch-terminal");
    }

    /** @throws IOException where standard input is no terminal */
    static RawTerminal enter(LibC libc) throws IOException {
        if (libc.isatty(STDIN) == 0) {
            throw new IOException("pty: standard input is not a terminal (expected: one, or to run without --pty)");
        }
        try {
            Memory former = new Memory(LibC.TERMIOS_BYTES);
            libc.tcgetattr(STDIN, former);
            RawTerminal terminal = new RawTerminal(libc, former);
            Runtime.getRuntime().addShutdownHook(terminal.atExit);
            try (Memory raw = new Memory(LibC.TERMIOS_BYTES)) {
                libc.tcgetattr(STDIN, raw);
                libc.cfmakeraw(raw);
                libc.tcsetattr(STDIN, LibC.TCSADRAIN, raw);
            }
            return terminal;
        } catch (LastErrorException e) {
            throw new IOException("pty: " + e.getMessage() + " (expected: a terminal that can be set up)", e);
        }
    }

    private synchronized void restore() {
        try {
            libc.tcsetattr(STDIN, LibC.TCSADRAIN, former);
        } catch (LastErrorException itIsGone) {
            // A window that was closed needs nothing any more.
        }
    }

    @Override
    public void close() {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException weAreEnding) {
            // Then it runs once more, to the same effect.
        }
    }
}
