package dev.gradwatch.collector.sink.webhook;

import dev.gradwatch.collector.model.AlertEvent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of deliveries. The alerts' history is the outbox: an event is written with its alert, no two have the same time, and later ones have
 * more; a channel is behind by what stands after the event that it delivered last. Every method may block on a disk or a network, and throws where it
 * does not answer; what failed changed nothing.
 */
public interface Outbox {
    /** Events after a moment, oldest first; not those that are not written yet. */
    List<AlertEvent> after(long micros, int most);

    /** How far a channel is; empty where it never delivered anything. */
    Optional<Progress> progress(String channel);

    /** Replaces a channel's progress, and remembers the messages, by alert, that later events edit or answer; null forgets one. */
    void save(String channel, Progress progress, Map<String, @Nullable String> messages);

    /** What the channel's server called the message about an alert; empty where there is none. */
    Optional<String> message(String channel, String alert);

    /**
     * @param throughMicros the time of the last event that the channel is done with
     * @param failed events that it gave up, since it was first configured
     * @param reason why the last of them failed, in one line without a secret; empty where none did
     */
    record Progress(long throughMicros, long failed, String reason) {}
}
