package dev.gradwatch.collector.sink.terminal;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the place can show where a verdict goes.
 *
 * @param columns how many characters fit on a line
 * @param unicode its encoding is UTF-8; ASCII otherwise
 * @param colour escape sequences are understood and wanted
 */
public record Terminal(int columns, boolean unicode, boolean colour) {
    static final int DEFAULT_COLUMNS = 100;
    static final int MIN_COLUMNS = 60;
    /** Lines longer than this are hard to read, however wide the window. */
    static final int MAX_COLUMNS = 140;

    /** Asks for the terminal's size must not hold up a verdict. */
    private static final long STTY_MILLIS = 500;

    /** Standard error as it is now. Looks at the environment, at what the stream is connected to, and asks a terminal for its width. */
    public static Terminal ofStandardError(Map<String, String> environment) {
        return of(environment, isTerminal(2), charset("stderr.encoding"));
    }

    /** Standard output as it is now. */
    public static Terminal ofStandardOutput(Map<String, String> environment) {
        return of(environment, isTerminal(1), charset("stdout.encoding"));
    }

    static Terminal of(Map<String, String> environment, boolean terminal, Charset charset) {
        boolean colour = terminal
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !"dumb".equals(environment.get("TERM"));
        int columns = columns(environment.get("COLUMNS"));
        if (columns == 0 && terminal) {
            columns = windowColumns();
        }
        columns = columns == 0 ? DEFAULT_COLUMNS : Math.max(MIN_COLUMNS, Math.min(MAX_COLUMNS, columns));
        return new Terminal(columns, charset.equals(StandardCharsets.UTF_8), colour);
    }

    private static int columns(@Nullable String value) {
        return value != null && value.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(value) : 0;
    }

    /** Whether somebody watches what goes to stderr. */
    public static boolean isStandardError() {
        return isTerminal(2);
    }

    /** Whether somebody watches what goes to stdout. */
    public static boolean isStandardOutput() {
        return isTerminal(1);
    }

    /** {@code System.console()} speaks of input and output together; the link of the descriptor tells of the one stream. */
    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            // No such links on this system: plain is readable everywhere.
            return false;
        }
    }

    /** Newer Java names the encoding of each stream; Java 17 writes its streams in the default one. */
    private static Charset charset(String property) {
        String name = System.getProperty(property, System.getProperty("sun." + property));
        return name != null && Charset.isSupported(name) ? Charset.forName(name) : Charset.defaultCharset();
    }

    private static int windowColumns() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (InputStream out = stty.getInputStream()) {
                if (!stty.waitFor(STTY_MILLIS, TimeUnit.MILLISECONDS)) {
                    stty.destroyForcibly();
                    return 0;
                }
                String[] size = new String(out.readAllBytes(), StandardCharsets.US_ASCII)
                        .strip()
                        .split(" ", -1);
                return size.length == 2 ? columns(size[1]) : 0;
            }
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }
}
