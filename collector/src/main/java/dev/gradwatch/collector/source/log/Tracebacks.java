package dev.gradwatch.collector.source.log;

import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Python's tracebacks, put together a speaker each: the exception, and the deepest frame in code that is the user's own. Where two processes
 * without prefixes write at once, the exception that comes first closes the traceback that began first.
 */
final class Tracebacks {
    static final String ID = "tb.block";

    /** Frames of a recursion that went wrong are no reason to read line by line for ever. */
    private static final int MAX_LINES = 5_000;

    private static final int MAX_OPEN = 256;

    /** Lines that are no part of it, the other ranks' included, before it is given up: a traceback comes within one write. */
    private static final int MAX_FOREIGN_LINES = 200;

    private static final Pattern FRAME = Pattern.compile("^\\s*File \"([^\"]*)\", line (\\d+)(?:, in (.*))?");
    private static final Pattern EXCEPTION = Pattern.compile(
            "^([A-Za-z_][\\w.]*(?:Error|Exception|Exit|Interrupt|Warning|Iteration|[A-Z]\\w*|\\.\\w+))(?::\\s?(.*))?$");
    private static final Pattern LIBRARY = Pattern.compile(
            "[/\\\\](?:site|dist)-packages[/\\\\]|[/\\\\]lib(?:64)?[/\\\\]python\\d|^<frozen|[/\\\\]bin[/\\\\]torchrun$");
    /** Trainers whose own words the advice should use, and the file that runs a backward pass inside another. */
    private static final Pattern TELLING = Pattern.compile(
            "[/\\\\](nnunetv2|lightning|pytorch_lightning|accelerate|transformers)[/\\\\]|(torch[/\\\\]utils[/\\\\]checkpoint\\.py)$");

    private static final Pattern CHAINED = Pattern.compile(
            "During handling of the above exception, another exception occurred|direct cause of the following exception");
    /** Torchrun's own exception, which its table says better. */
    private static final Pattern LAUNCHERS = Pattern.compile("(?:.*\\.)?(?:ChildFailedError|ProcessRaisedException)");

    private final List<Open> open = new ArrayList<>();
    private @Nullable Integer nextRank;

    private static final class Open {
        final String speaker;
        final Draft.Spot start;
        final boolean uncaught;
        final @Nullable Integer rank;
        final StringBuilder text = new StringBuilder();
        int lines = 1;
        long latestLine;

        @Nullable
        Frame last;

        @Nullable
        Frame own;

        final Set<String> libraries = new TreeSet<>();
        boolean checkpoint;
        /** The exception's type, where its message stands on the next line. */
        @Nullable
        String type;

        Open(String speaker, Draft.Spot start, boolean uncaught, @Nullable Integer rank) {
            this.speaker = speaker;
            this.start = start;
            this.latestLine = start.line();
            this.uncaught = uncaught;
            this.rank = rank;
        }
    }

    private record Frame(String file, int line, String function) {}

    boolean waiting() {
        return !open.isEmpty();
    }

    /** The earliest line that a traceback still needs; null where none is open. */
    Draft.@Nullable Spot earliest() {
        return open.isEmpty() ? null : open.get(0).start;
    }

    /** The next traceback is of this process, as {@code torch.multiprocessing.spawn} says before it. */
    void announce(int rank) {
        nextRank = rank;
    }

    void line(Prefixes.Line line, Draft.Spot spot, Origin origin, Consumer<LogMessage> to) {
        if (line.text().stripTrailing().endsWith(Signatures.TRACEBACK + ":")) {
            begin(line, spot);
            return;
        }
        open.removeIf(one -> spot.line() - one.latestLine > MAX_FOREIGN_LINES);
        Open current = current(line.speaker());
        if (current == null) {
            return;
        }
        if (++current.lines > MAX_LINES || line.stamped()) {
            open.remove(current);
            return;
        }
        String text = line.text();
        if (current.type != null) {
            open.remove(current);
            emit(current, current.type, text.strip(), spot, origin, to);
        } else if (text.isBlank() || Character.isWhitespace(text.charAt(0))) {
            current.latestLine = spot.line();
            frame(current, text);
        } else {
            exception(current, text, spot, origin, to);
        }
    }

    private void begin(Prefixes.Line line, Draft.Spot spot) {
        if (open.size() == MAX_OPEN) {
            open.remove(0);
        }
        open.add(new Open(
                line.speaker(),
                spot,
                line.uncaught() || nextRank != null,
                line.rank() != null
                        ? line.rank()
                        : nextRank != null ? nextRank : line.localRank() != null ? line.localRank() : line.task()));
        nextRank = null;
    }

    private @Nullable Open current(String speaker) {
        for (Open one : open) {
            if (one.speaker.equals(speaker)) {
                return one;
            }
        }
        return null;
    }

    private static void frame(Open current, String text) {
        append(current, text);
        Matcher matcher = FRAME.matcher(text);
        if (matcher.find()) {
            String function = matcher.group(3) == null ? "" : matcher.group(3);
            Frame frame = new Frame(matcher.group(1), number(matcher.group(2)), function.strip());
            current.last = frame;
            if (!LIBRARY.matcher(frame.file()).find()) {
                current.own = frame;
            }
            Matcher telling = TELLING.matcher(frame.file());
            if (telling.find()) {
                current.checkpoint |= telling.group(2) != null;
                if (telling.group(1) != null) {
                    current.libraries.add(telling.group(1));
                }
            }
        }
    }

    private void exception(Open current, String text, Draft.Spot spot, Origin origin, Consumer<LogMessage> to) {
        Matcher matcher = EXCEPTION.matcher(text);
        if (CHAINED.matcher(text).find()) {
            open.remove(current);
        } else if (matcher.find()) {
            String message = matcher.group(2) == null ? "" : matcher.group(2).strip();
            if (text.stripTrailing().endsWith(":") && message.isEmpty()) {
                append(current, text);
                current.type = matcher.group(1);
                return;
            }
            append(current, text);
            open.remove(current);
            emit(current, matcher.group(1), message, spot, origin, to);
        } else if (current.speaker.contains("rank=") || current.last == null) {
            // Lines that name their rank come in order, so this is no traceback that we know; the others may have
            // foreign lines
            // among theirs.
            open.remove(current);
        }
    }

    private static void append(Open current, String text) {
        if (current.text.length() < LogMessage.MAX_TEXT_CHARS) {
            current.text.append(current.text.length() == 0 ? "" : "\n").append(text);
        }
    }

    private static void emit(
            Open current, String type, String message, Draft.Spot spot, Origin origin, Consumer<LogMessage> to) {
        if (LAUNCHERS.matcher(type).matches()) {
            return;
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", type);
        fields.put("message", message);
        fields.put("uncaught", current.uncaught);
        Frame frame = current.own != null ? current.own : current.last;
        if (frame != null) {
            fields.put("file", frame.file());
            fields.put("line", frame.line());
            fields.put("function", frame.function());
        }
        if (!current.libraries.isEmpty()) {
            fields.put("libraries", List.copyOf(current.libraries));
        }
        if (current.checkpoint) {
            fields.put("checkpoint", true);
        }
        String text = type + (message.isEmpty() ? "" : ": " + message);
        to.accept(new LogMessage(
                ID,
                Severity.INFO,
                origin.source(),
                current.start.line(),
                spot.line(),
                current.rank != null ? current.rank : origin.rank(),
                origin.attempt(),
                fields,
                text.length() <= LogMessage.MAX_TEXT_CHARS ? text : text.substring(0, LogMessage.MAX_TEXT_CHARS) + " …",
                LogMessage.Guide.NONE));
    }

    private static int number(String digits) {
        return digits.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(digits);
    }

    void clear() {
        open.clear();
    }
}
