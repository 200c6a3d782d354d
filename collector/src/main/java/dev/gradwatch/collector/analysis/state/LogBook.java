package dev.gradwatch.collector.analysis.state;

import dev.gradwatch.collector.model.LogMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The messages of a job, in the order in which they were read. State: changes only by {@link #add} and {@link #read}.
 *
 * <p>A log may say one thing a million times; the first {@link #MAX_OF_ONE} of a message and rank are kept, the others counted, and past {@link
 * #MAX_MESSAGES} all are only counted.
 */
public final class LogBook {
    /** Messages kept of a job. */
    public static final int MAX_MESSAGES = 4_096;

    /** Messages kept of one id and rank; a list of unused parameters has one a parameter. */
    public static final int MAX_OF_ONE = 512;

    /** Texts whose length is remembered. */
    static final int MAX_SOURCES = 65_536;

    private final List<LogMessage> messages = new ArrayList<>();
    private final Set<String> places = new HashSet<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private final Map<String, Long> lines = new HashMap<>();
    private final EpochSeries epochs = new EpochSeries();
    private int attempt;

    /** @return false where it was known already, or is of an attempt that another took the place of */
    public boolean add(LogMessage message) {
        if (message.attempt() < attempt) {
            return false;
        }
        attempt = message.attempt();
        if (epochs.add(message)) {
            return true;
        }
        // A text may be read again from a little before where it was left, and a node tells all again that it kept.
        // Such a
        // repeat must not use up the room of what is new.
        String place = message.source()
                + '\n'
                + message.line()
                + '\n'
                + message.id()
                + '\n'
                + message.rank()
                + '\n'
                + message.fields().hashCode();
        if (places.contains(place)) {
            return false;
        }
        int seen = counts.merge(message.id() + '\n' + message.rank(), 1, Integer::sum);
        if (seen > MAX_OF_ONE || messages.size() >= MAX_MESSAGES) {
            return true;
        }
        places.add(place);
        return messages.add(message);
    }

    /** Whether it is of a later attempt than all before. */
    public boolean beginsAttempt(LogMessage message) {
        return message.attempt() > attempt && !messages.isEmpty();
    }

    /** The latest attempt that a message was of. */
    public int attempt() {
        return attempt;
    }

    /** Messages of attempts before this one are not heard any more. */
    public void startAt(int latest) {
        attempt = Math.max(attempt, latest);
    }

    /** Texts that were read, with their lines. */
    public Map<String, Long> lines() {
        return Collections.unmodifiableMap(lines);
    }

    /** The next attempt begins: what was said is of the one before. */
    public void forget() {
        messages.clear();
        places.clear();
        counts.clear();
        epochs.clear();
    }

    /** A text has so many lines. */
    public void read(String source, long count) {
        if (lines.size() < MAX_SOURCES || lines.containsKey(source)) {
            lines.merge(source, count, Math::max);
        }
    }

    public boolean isEmpty() {
        return messages.isEmpty() && epochs.isEmpty() && lines.isEmpty();
    }

    /** Those that are kept, in the order of reading. */
    public List<LogMessage> messages() {
        return Collections.unmodifiableList(messages);
    }

    /** Lines of a text that were read so far; 0 where nobody said. */
    public long linesOf(String source) {
        return lines.getOrDefault(source, 0L);
    }

    /** What nnU-Net prints an epoch. */
    public EpochSeries epochs() {
        return epochs;
    }
}
