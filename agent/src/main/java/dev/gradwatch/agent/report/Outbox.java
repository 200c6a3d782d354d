package dev.gradwatch.agent.report;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** Frames that wait to be sent, in order and within bounds, and whose frames found no room. One thread at a time. */
final class Outbox {
    private static final byte[] NOTHING = {};

    private final Deque<byte[]> frames = new ArrayDeque<>();
    private Set<Integer> lost = new HashSet<>();
    private long bytes;

    boolean hasRoom(byte[] frame) {
        return frames.size() < Bounds.MAX_QUEUED_FRAMES && bytes + frame.length <= Bounds.MAX_QUEUED_BYTES;
    }

    /** Adds a frame, room or not. */
    void add(byte[] frame) {
        bytes += frame.length;
        frames.add(frame);
    }

    /** Notes that a frame of the owner found no room. */
    void lose(int owner) {
        lost.add(owner);
    }

    /** Whether no frame waits. */
    boolean isEmpty() {
        return frames.isEmpty();
    }

    /** Whether no frame waits and none was lost. */
    boolean hasNothing() {
        return frames.isEmpty() && lost.isEmpty();
    }

    /** Takes the first frames, as one array of about {@link Bounds#SEND_BYTES}; empty where none waits. */
    byte[] take() {
        if (frames.isEmpty()) {
            return NOTHING;
        }
        byte[] first = next();
        if (frames.isEmpty() || first.length >= Bounds.SEND_BYTES) {
            return first;
        }
        ByteArrayOutputStream chunk = new ByteArrayOutputStream(Bounds.SEND_BYTES);
        chunk.writeBytes(first);
        while (!frames.isEmpty() && chunk.size() < Bounds.SEND_BYTES) {
            chunk.writeBytes(next());
        }
        return chunk.toByteArray();
    }

    /** Takes the owners of lost frames once no frame waits: what they lost comes after what they had sent. None before. */
    Set<Integer> takeLost() {
        if (!frames.isEmpty() || lost.isEmpty()) {
            return Set.of();
        }
        Set<Integer> taken = lost;
        lost = new HashSet<>();
        return taken;
    }

    void clear() {
        frames.clear();
        lost.clear();
        bytes = 0;
    }

    private byte[] next() {
        byte[] frame = frames.remove();
        bytes -= frame.length;
        return frame;
    }
}
