package dev.gradwatch.collector.cli.child;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A pseudo terminal: the child has the one end as its terminal, we hold the other. The streams block, and may be used by a thread each;
 * {@link #close} once both are done with.
 */
final class Pty implements AutoCloseable {
    private static final int NAME_BYTES = 128;

    private final LibC libc;
    private final int master;
    private final File terminal;

    private Pty(LibC libc, int master, File terminal) {
        this.libc = libc;
        this.master = master;
        this.terminal = terminal;
    }

    static Pty open(LibC libc) throws IOException {
        try {
            int master = libc.posix_openpt(LibC.O_RDWR | LibC.O_NOCTTY | LibC.O_CLOEXEC);
            libc.grantpt(master);
            libc.unlockpt(master);
            byte[] name = new byte[NAME_BYTES];
            libc.ptsname_r(master, name, new NativeLong(NAME_BYTES));
            return new Pty(libc, master, new File(Native.toString(name)));
        } catch (LastErrorException e) {
            throw new IOException("pty: " + e.getMessage() + " (expected: a pseudo terminal from this system)", e);
        }
    }

    /** The child's end. */
    File terminal() {
        return terminal;
    }

    /** Gives it the size of the window that the descriptor is connected to, and the child the signal that says so. */
    void sizeAs(int descriptor) {
        try (Memory size = new Memory(LibC.WINSIZE_BYTES)) {
            libc.ioctl(descriptor, LibC.TIOCGWINSZ, size);
            libc.ioctl(master, LibC.TIOCSWINSZ, size);
        } catch (LastErrorException noWindow) {
            // A terminal without a size, such as a serial line, leaves the child's without one.
        }
    }

    InputStream output() {
        return new InputStream() {
            @Override
            public int read() {
                throw new UnsupportedOperationException("only whole buffers are read here");
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                byte[] target = offset == 0 ? buffer : new byte[length];
                try {
                    int count =
                            libc.read(master, target, new NativeLong(length)).intValue();
                    System.arraycopy(target, 0, buffer, offset, target == buffer ? 0 : Math.max(count, 0));
                    return count <= 0 ? -1 : count;
                } catch (LastErrorException nobodyHoldsTheTerminalAnyMore) {
                    // Linux says so with EIO.
                    return -1;
                }
            }
        };
    }

    OutputStream input() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] buffer, int offset, int length) throws IOException {
                try (Memory bytes = new Memory(Math.max(1, length))) {
                    bytes.write(0, buffer, offset, length);
                    for (int done = 0; done < length; ) {
                        Pointer rest = bytes.share(done);
                        done += libc.write(master, rest, new NativeLong(length - done))
                                .intValue();
                    }
                } catch (LastErrorException e) {
                    throw new IOException(e);
                }
            }
        };
    }

    @Override
    public void close() {
        libc.close(master);
    }
}
