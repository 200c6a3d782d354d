package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.model.ObservationSink;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that speak of one job, and what follows for it: it starts with the first node that says so, and ends when each node that said started
 * has said ended, or has been gone for long. Where none said started, all count.
 *
 * <pre>
 *   here ──ended──▶ over ──started, later──▶ here
 *     └──lost──▶ away ──grace──▶ vanished ──joins──▶ here
 * </pre>
 *
 * <p>Thread-safe; the sink is called under this object's monitor, so that the job hears of its beginning before its end.
 */
final class JobNodes {
    /** Nodes of a job. */
    static final int MAX_NODES = 4096;

    private final String job;
    private final ObservationSink sink;
    /** In the order in which they ended; those that have not, after them. */
    private final Map<NodeKey, State> nodes = new LinkedHashMap<>();

    private boolean running;
    private boolean over;

    /** A process that speaks for a node. */
    record NodeKey(String name, long pid) {}

    private static final class State {
        @Nullable
        Object speaker;

        LaunchReader.@Nullable Started started;
        LaunchReader.@Nullable Ended ended;
        boolean vanished;

        boolean isDone() {
            return ended != null || vanished;
        }
    }

    JobNodes(String job, ObservationSink sink) {
        this.job = job;
        this.sink = sink;
    }

    /**
     * A node said Hello.
     *
     * @param speaker the connection; one of the same process before it is no longer heard
     * @return the speaker before; null where there was none
     * @throws IllegalArgumentException where it is one too many
     */
    synchronized @Nullable Object join(NodeKey node, Object speaker) {
        State state = nodes.get(node);
        if (state == null) {
            if (nodes.size() >= MAX_NODES) {
                throw new IllegalArgumentException(
                        "nodes: " + (MAX_NODES + 1) + " (expected: at most " + MAX_NODES + " of a job)");
            }
            state = new State();
            nodes.put(node, state);
        }
        Object before = state.speaker;
        state.speaker = speaker;
        if (state.vanished) {
            state.vanished = false;
            // It was thought to be gone, and the job with it perhaps.
            over &= state.ended != null;
        }
        return before;
    }

    /** The command began on a node; a repeat changes nothing. */
    synchronized void started(NodeKey node, LaunchReader.Started start) {
        State state = nodes.get(node);
        if (state == null || (state.started != null && state.started.micros() == start.micros())) {
            return;
        }
        if (over) {
            // The next run of the job: what its last one came to is told.
            nodes.values().removeIf(other -> other != state && other.isDone());
            over = false;
            running = false;
        }
        if (!running) {
            sink.accept(new JobStarted(job, start.micros(), start.name(), start.command()));
            running = true;
        }
        state.started = start;
        state.ended = null;
    }

    /** The command ended on a node; a repeat changes nothing. */
    synchronized void ended(NodeKey node, LaunchReader.Ended end) {
        State state = nodes.get(node);
        if (state == null || end.equals(state.ended)) {
            return;
        }
        state.ended = end;
        nodes.remove(node);
        nodes.put(node, state);
        endWhereAllDid(end.micros());
    }

    /** A connection is gone; true where its node may come back, and {@link #expire} is to be called after the grace time. */
    synchronized boolean lost(NodeKey node, Object speaker) {
        State state = nodes.get(node);
        if (state == null || state.speaker != speaker) {
            return false;
        }
        state.speaker = null;
        return state.ended == null;
    }

    /** The grace time of a node that was lost is over. */
    synchronized void expire(NodeKey node, long micros) {
        State state = nodes.get(node);
        if (state != null && state.speaker == null && state.ended == null) {
            state.vanished = true;
            endWhereAllDid(micros);
        }
    }

    /** Whether nobody speaks, and all that there was to say was said. */
    synchronized boolean isSilent() {
        return nodes.values().stream().allMatch(node -> node.speaker == null && node.isDone());
    }

    private void endWhereAllDid(long micros) {
        boolean anyStarted = nodes.values().stream().anyMatch(node -> node.started != null);
        List<State> counting = nodes.values().stream()
                .filter(node -> !anyStarted || node.started != null)
                .toList();
        if (!over && counting.stream().allMatch(State::isDone)) {
            over = true;
            sink.accept(new JobEnded(job, micros, exitCode(counting)));
        }
    }

    private static @Nullable Integer exitCode(List<State> nodes) {
        boolean known = true;
        for (State node : nodes) {
            Integer code = node.ended == null ? null : node.ended.exitCode();
            if (code != null && code != 0) {
                return code;
            }
            known &= code != null;
        }
        return known ? Integer.valueOf(0) : null;
    }
}
