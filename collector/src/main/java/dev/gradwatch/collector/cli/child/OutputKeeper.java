package dev.gradwatch.collector.cli.child;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a child's output flowing when we are killed without a chance to act, by the kernel that is short of memory, say. A training job would
 * otherwise die of a broken pipe with us.
 *
 * <p>A shell that sleeps beside the child, with the reading ends of the child's pipes open, until it reads our end of file; then it copies what
 * the child writes to where we wrote it. Nothing is copied twice: it reads only once we are gone. Where there is no {@code /proc}, there is no
 * keeper.
 */
final class OutputKeeper implements AutoCloseable {
    // A signal to the whole group is for the child to act on. The words are ours, see close and forget.
    private static final String SCRIPT = """
            trap '' HUP INT QUIT TERM USR1 USR2
            [ -p "/proc/$0/fd/1" ] && [ -p "/proc/$0/fd/2" ] || exit 0
            exec 3<"/proc/$0/fd/1" 4<"/proc/$0/fd/2"
            while read -r word; do
              case $word in
                1) exec 3<&- ;;
                2) exec 4<&- ;;
                end) exit 0 ;;
              esac
            done
            cat <&3 2>/dev/null &
            exec 3<&-
            cat <&4 >&2 2>/dev/null
            wait
            """;

    private final @Nullable OutputStream words;

    private OutputKeeper(@Nullable OutputStream words) {
        this.words = words;
    }

    static OutputKeeper start(long pid) {
        try {
            Process shell = new ProcessBuilder("sh", "-c", SCRIPT, Long.toString(pid))
                    .redirectOutput(Redirect.INHERIT)
                    .redirectError(Redirect.INHERIT)
                    .start();
            return new OutputKeeper(shell.getOutputStream());
        } catch (IOException noProcessCanBeStarted) {
            return new OutputKeeper(null);
        }
    }

    /** Closes its reading end of the child's stdout (1) or stderr (2), because nobody reads ours any more. */
    void forget(int descriptor) {
        say(Integer.toString(descriptor));
    }

    /** Ends it; the child's output is through. */
    @Override
    public void close() {
        say("end");
    }

    private synchronized void say(String word) {
        if (words == null) {
            return;
        }
        try {
            words.write((word + "\n").getBytes(StandardCharsets.US_ASCII));
            words.flush();
        } catch (IOException | UncheckedIOException itIsGone) {
            // Then it keeps nothing open either.
        }
    }
}
