package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.LogRead;
import dev.gradwatch.collector.model.Observation.MessageSeen;
import dev.gradwatch.collector.source.tcp.JobNodes.NodeKey;
import dev.gradwatch.wire.FrameException;
import dev.gradwatch.wire.FrameKind;
import io.netty.buffer.ByteBuf;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What one node says of one job, handed over as it comes. On the connection's event loop. */
final class NodeFrames {
    private final Sessions sessions;
    private final String job;
    private final NodeKey node;
    private final JobNodes nodes;
    private final Session speaker;
    private final Predicate<Observation> to;

    /** @param to hands an observation over; false where the connection is no longer heard */
    NodeFrames(Sessions sessions, String job, NodeKey node, Session speaker, Predicate<Observation> to) {
        this.sessions = sessions;
        this.job = job;
        this.node = node;
        this.nodes = sessions.nodes.of(job);
        this.speaker = speaker;
        this.to = to;
    }

    /** From now on this connection speaks for the node; returns the one that did before. */
    @Nullable
    Session join() {
        return (Session) nodes.join(node, speaker);
    }

    /** False where the connection is no longer heard. */
    boolean take(int kind, ByteBuf bytes, int index, int length) {
        String name = FrameKind.name(kind);
        switch (kind) {
            case FrameKind.MESSAGE -> {
                return hand(JsonReader.read(name, bytes, index, length, json -> MessageReader.read(json, node.name())));
            }
            case FrameKind.LAUNCH -> {
                LaunchReader.Launch launch = JsonReader.read(name, bytes, index, length, LaunchReader::read);
                if (sessions.closing()) {
                    return false;
                }
                if (launch.started() != null) {
                    nodes.started(node, launch.started());
                }
                if (launch.ended() != null) {
                    nodes.ended(node, launch.ended());
                }
                return true;
            }
            default -> throw FrameException.malformed(name, "on a node's connection (expected: on a rank's)");
        }
    }

    /** One that the sink does not want must not keep it from the next. */
    private boolean hand(MessageReader.Messages all) {
        IllegalArgumentException unwanted = null;
        boolean heard = true;
        for (LogMessage message : all.messages()) {
            try {
                heard &= to.test(new MessageSeen(job, sessions.nowMicros(), message));
            } catch (IllegalArgumentException e) {
                unwanted = e;
            }
        }
        for (MessageReader.Read read : all.read()) {
            try {
                heard &= to.test(new LogRead(job, sessions.nowMicros(), read.source(), read.lines()));
            } catch (IllegalArgumentException e) {
                unwanted = e;
            }
        }
        if (unwanted != null) {
            throw unwanted;
        }
        return heard;
    }

    /** The connection is gone; true where {@link #expire} is to be called after the grace time. */
    boolean lost() {
        return nodes.lost(node, speaker);
    }

    void expire() {
        if (!sessions.closing()) {
            nodes.expire(node, sessions.nowMicros());
        }
    }

    @Override
    public String toString() {
        return job + " on " + node.name();
    }
}
