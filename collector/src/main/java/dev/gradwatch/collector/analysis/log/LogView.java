package dev.gradwatch.collector.analysis.log;

import dev.gradwatch.collector.analysis.detect.JobView;
import dev.gradwatch.collector.analysis.state.LogBook;
import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A job's messages, worked up for the detectors. Lives as long as one report takes to make. */
final class LogView {
    static final String TRACEBACK = "tb.block";

    /** A text that goes on for longer than this after a message did not end with it. */
    private static final int LINES_AFTER_DEATH = 500;

    /** Likewise for an exception of which nothing says that nobody caught it: logging libraries print those that were. */
    private static final int LINES_AFTER_EXCEPTION = 50;

    private final JobView job;
    private final LogBook book;
    private final List<LogMessage> tracebacks;
    /** By text, exceptions by the line that they end in; of several that end in one line the last. */
    private final Map<String, NavigableMap<Long, LogMessage>> tracebacksByEnd = new HashMap<>();
    /** By text, other errors by their first line. */
    private final Map<String, NavigableMap<Long, LogMessage>> errorsByLine = new HashMap<>();

    private final boolean launcherFailed;

    LogView(JobView job, LogBook book) {
        this.job = job;
        this.book = book;
        this.tracebacks = of(TRACEBACK);
        boolean failed = false;
        for (LogMessage message : book.messages()) {
            failed |= message.is("elastic.table")
                    || message.is("elastic.failed")
                    || message.is("spawn")
                    || message.is("lightning.child");
            if (message.is(TRACEBACK)) {
                index(tracebacksByEnd, message, message.endLine());
            } else if (message.severity().compareTo(Severity.ERROR) >= 0 && !message.is("tb")) {
                index(errorsByLine, message, message.line());
            }
        }
        this.launcherFailed = failed;
    }

    private static void index(Map<String, NavigableMap<Long, LogMessage>> index, LogMessage message, long line) {
        index.computeIfAbsent(message.source(), source -> new TreeMap<>()).put(line, message);
    }

    JobView job() {
        return job;
    }

    LogBook book() {
        return book;
    }

    /** Messages of these groups, in the order of reading. */
    List<LogMessage> of(String... groups) {
        return book.messages().stream()
                .filter(message -> Arrays.stream(groups).anyMatch(message::is))
                .toList();
    }

    /** Exceptions, in the order of reading. */
    List<LogMessage> tracebacks() {
        return tracebacks;
    }

    /** Ranks that a list of messages names, ascending. */
    static List<Integer> ranks(List<LogMessage> messages) {
        TreeSet<Integer> ranks = new TreeSet<>();
        messages.forEach(message -> {
            if (message.rank() != null) {
                ranks.add(message.rank());
            }
        });
        return List.copyOf(ranks);
    }

    /** The traceback whose exception a message is the text of; null where none was printed. */
    @Nullable
    LogMessage tracebackOf(LogMessage message) {
        NavigableMap<Long, LogMessage> byEnd = tracebacksByEnd.get(message.source());
        Map.Entry<Long, LogMessage> next = byEnd == null ? null : byEnd.ceilingEntry(message.line());
        return next != null && next.getValue().line() <= message.line() ? next.getValue() : null;
    }

    /** Whether a signature tells what an exception's text means. */
    boolean isExplained(LogMessage traceback) {
        NavigableMap<Long, LogMessage> byLine = errorsByLine.get(traceback.source());
        Map.Entry<Long, LogMessage> within = byLine == null ? null : byLine.ceilingEntry(traceback.line());
        return within != null && within.getKey() <= traceback.endLine();
    }

    /** Where in the user's own code a message was raised, such as {@code train.py:24}; empty where that was not printed. */
    String placeOf(LogMessage message) {
        LogMessage traceback = message.is(TRACEBACK) ? message : tracebackOf(message);
        if (traceback == null || traceback.field("file").isEmpty()) {
            return "";
        }
        String file = traceback.field("file").replace('\\', '/');
        return file.substring(file.lastIndexOf('/') + 1) + ":" + traceback.field("line");
    }

    /** Whether the job, or a process of it, ended of this. */
    boolean isFatal(LogMessage message) {
        if (job.hasEnded() && job.exitCode() != null) {
            return job.exitedBadly();
        }
        LogMessage traceback = message.is(TRACEBACK) ? message : tracebackOf(message);
        if ((traceback != null && traceback.flag("uncaught")) || launcherFailed()) {
            return true;
        }
        long after = book.linesOf(message.source()) - message.endLine();
        return after <= (message.is(TRACEBACK) ? LINES_AFTER_EXCEPTION : LINES_AFTER_DEATH);
    }

    /** Whether torchrun, torch.multiprocessing or Lightning said that a process failed. */
    boolean launcherFailed() {
        return launcherFailed;
    }

    Severity severity(LogMessage message) {
        return isFatal(message) ? Severity.ERROR : Severity.WARNING;
    }

    /** How many ranks the job has, as far as the log tells; 0 where it does not. */
    int worldSize() {
        int size = job.worldSize();
        for (LogMessage message : book.messages()) {
            for (String field : List.of("world_size", "world")) {
                Long said = message.number(field);
                size = said == null ? size : (int) Math.max(size, Math.min(said, Integer.MAX_VALUE));
            }
        }
        // Torchrun's table names all that it ended, so there are at least those.
        SortedMap<Integer, Failure> failures = failures();
        return size > 0 || failures.isEmpty()
                ? size
                : Math.max(
                                failures.lastKey(),
                                ranks(book.messages()).stream()
                                        .mapToInt(rank -> rank)
                                        .max()
                                        .orElse(0))
                        + 1;
    }

    /** The one rank whose process failed by itself, as torchrun's table says; null where there are several, or none. */
    @Nullable
    Integer onlyFailedRank() {
        List<Failure> own = failures().values().stream()
                .filter(failure -> failure.exitCode() > 0)
                .toList();
        return own.size() == 1 ? own.get(0).rank() : null;
    }

    /**
     * How a rank's process ended, as torchrun's table says.
     *
     * @param exitCode negative for a signal
     */
    record Failure(int rank, int exitCode, String host, long pid, boolean root, LogMessage said) {}

    /** By rank; empty where no table was printed. */
    SortedMap<Integer, Failure> failures() {
        SortedMap<Integer, Failure> failures = new TreeMap<>();
        for (LogMessage table : of("elastic.table")) {
            Long root = table.number("root_cause_rank");
            for (Object each : table.list("blocks")) {
                if (each instanceof Map<?, ?> block
                        && block.get("rank") instanceof Integer rank
                        && block.get("exitcode") instanceof Integer exitCode) {
                    Object pid = block.get("pid");
                    failures.put(
                            rank,
                            new Failure(
                                    rank,
                                    exitCode,
                                    String.valueOf(block.get("host")),
                                    pid instanceof Number number ? number.longValue() : 0,
                                    root != null && root.intValue() == rank,
                                    table));
                }
            }
        }
        return failures;
    }

    /** Messages with these ids removed that another message of the same place says better. */
    static List<LogMessage> firstOfEachRank(List<LogMessage> messages) {
        List<LogMessage> first = new ArrayList<>();
        for (LogMessage message : messages) {
            if (first.stream().noneMatch(kept -> java.util.Objects.equals(kept.rank(), message.rank()))) {
                first.add(message);
            }
        }
        return first;
    }

    /** Trainer libraries that tracebacks and messages show, as {@code Trainer} knows them. */
    Map<String, String> libraries() {
        Map<String, String> all = new TreeMap<>(job.libraries());
        for (LogMessage message : book.messages()) {
            message.list("libraries").forEach(name -> all.putIfAbsent(String.valueOf(name), ""));
            if (message.is("ddp.unused.lightning_rewrite") || message.is("lightning")) {
                all.putIfAbsent("lightning", "");
            } else if (message.is("nnunet")) {
                all.putIfAbsent("nnunetv2", "");
            }
        }
        if (!book.epochs().isEmpty()) {
            all.putIfAbsent("nnunetv2", "");
        }
        return all;
    }
}
