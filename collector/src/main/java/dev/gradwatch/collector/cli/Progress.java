package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.sink.terminal.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How far a long reading is, on a line of a terminal that is written over; silent for what takes no time, and where nobody watches. */
final class Progress {
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final @Nullable PrintWriter terminal;
    private final long startedNanos = System.nanoTime();
    private long shownNanos;
    private long done;
    private long all;

    private Progress(@Nullable PrintWriter terminal) {
        this.terminal = terminal;
    }

    static Progress onTerminal(PrintWriter err) {
        return new Progress(Terminal.isStandardError() ? err : null);
    }

    void expect(List<Path> files) {
        for (Path file : files) {
            try {
                all += Files.size(file);
            } catch (IOException e) {
                // Whoever reads it says so.
            }
        }
    }

    void add(long bytes) {
        done += bytes;
        if (terminal == null) {
            return;
        }
        long now = System.nanoTime();
        if (now - startedNanos > FIRST_NANOS && now - shownNanos > EVERY_NANOS) {
            shownNanos = now;
            terminal.print(String.format(
                    Locale.ROOT,
                    "\rgradwatch: read %.1f%s GB ",
                    done / 1e9,
                    all > 0 ? String.format(Locale.ROOT, " of %.1f", all / 1e9) : ""));
            terminal.flush();
        }
    }

    /** Takes the line away. */
    void close() {
        if (terminal != null && shownNanos != 0) {
            terminal.print("\r\u001b[K");
            terminal.flush();
        }
    }
}
