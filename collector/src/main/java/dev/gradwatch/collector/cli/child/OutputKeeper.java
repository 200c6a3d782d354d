package dev.gradwatch.collector.cli.child;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Keeps output flowing that comes after us: a training job must not die of a broken pipe because we were killed without a chance to act, by the
 * kernel that is short of memory, say; nor a process that it left behind because we ended.
 *
 * <p>A shell that sleeps beside the child, with the reading ends of the child's pipes open, until it reads our end of file; then it copies what
 * is still written to where we wrote it, and ends with the last writer. It reads nothing before.
 */
final class OutputKeeper implements AutoCloseable {
    // Its arguments: our process, and number and link of either pipe. A signal to the whole group is for the child to
    // act on. What it reads are our words, see forget. Stderr goes first where a pipe may be closed already: that too
    // is
    // complained of there.
    private static final String SCRIPT = """
            trap '' HUP INT QUIT TERM USR1 USR2
            { exec 3<"/proc/$0/fd/$1" 4<"/proc/$0/fd/$3"; } 2>/dev/null
            [ "$(readlink "/proc/$$/fd/3")" = "$2" ] && [ "$(readlink "/proc/$$/fd/4")" = "$4" ] || exit 0
            while read -r word; do
              case $word in
                1) exec 3<&- ;;
                2) exec 4<&- ;;
              esac
            done
            cat 2>/dev/null <&3 &
            exec 3<&- >&2
            cat 2>/dev/null <&4
            exec 4<&-
            wait
            """;

    private final @Nullable OutputStream words;

    private OutputKeeper(@Nullable OutputStream words) {
        this.words = words;
    }

    static OutputKeeper start(ChildPipe out, ChildPipe err) {
        if (out.descriptor() == ChildPipe.UNKNOWN || err.descriptor() == ChildPipe.UNKNOWN) {
            return new OutputKeeper(null);
        }
        ProcessBuilder shell = new ProcessBuilder(
                "sh",
                "-c",
                SCRIPT,
                Long.toString(ProcessHandle.current().pid()),
                Integer.toString(out.descriptor()),
                out.link(),
                Integer.toString(err.descriptor()),
                err.link());
        try {
            return new OutputKeeper(shell.redirectOutput(Redirect.INHERIT)
                    .redirectError(Redirect.INHERIT)
                    .start()
                    .getOutputStream());
        } catch (IOException noProcessCanBeStarted) {
            return new OutputKeeper(null);
        }
    }

    /** Has it close its end of the child's stdout (1) or stderr (2), because nobody reads ours any more. */
    synchronized void forget(int descriptor) {
        if (words == null) {
            return;
        }
        try {
            words.write((descriptor + "\n").getBytes(StandardCharsets.US_ASCII));
            words.flush();
        } catch (IOException itIsGone) {
            // Then it keeps nothing open either.
        }
    }

    /** Leaves the rest to it; usually there is none, and it ends. */
    @Override
    public synchronized void close() {
        if (words == null) {
            return;
        }
        try {
            words.close();
        } catch (IOException itIsGone) {
            // As it should be.
        }
    }
}
