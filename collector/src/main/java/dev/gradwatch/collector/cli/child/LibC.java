package dev.gradwatch.collector.cli.child;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;

/** What of Linux's C library a pseudo terminal takes; see pty(7), termios(3) and ioctl_tty(2). Numbers are those of x86-64 and AArch64. */
interface LibC extends Library {
    int O_RDWR = 2;
    int O_NOCTTY = 0x100;
    int O_CLOEXEC = 0x80000;

    int TCSADRAIN = 1;

    NativeLong TIOCGWINSZ = new NativeLong(0x5413);
    NativeLong TIOCSWINSZ = new NativeLong(0x5414);

    /** {@code struct winsize}: four unsigned shorts. */
    int WINSIZE_BYTES = 8;
    /** More than any system's {@code struct termios}, which stays opaque here. */
    int TERMIOS_BYTES = 256;

    int isatty(int descriptor);

    int posix_openpt(int flags) throws LastErrorException;

    int grantpt(int descriptor) throws LastErrorException;

    int unlockpt(int descriptor) throws LastErrorException;

    int ptsname_r(int descriptor, byte[] name, NativeLong bytes) throws LastErrorException;

    int ioctl(int descriptor, NativeLong request, Pointer argument) throws LastErrorException;

    int tcgetattr(int descriptor, Pointer termios) throws LastErrorException;

    int tcsetattr(int descriptor, int when, Pointer termios) throws LastErrorException;

    void cfmakeraw(Pointer termios);

    NativeLong read(int descriptor, byte[] buffer, NativeLong count) throws LastErrorException;

    NativeLong write(int descriptor, Pointer buffer, NativeLong count) throws LastErrorException;

    int close(int descriptor) throws LastErrorException;

    /** Loaded where it is first asked for: only a pseudo terminal pays for it. */
    final class Loaded {
        static final LibC LIBC = Native.load("c", LibC.class);

        private Loaded() {}
    }
}
