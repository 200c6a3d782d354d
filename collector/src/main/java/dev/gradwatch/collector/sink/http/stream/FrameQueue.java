package dev.gradwatch.collector.sink.http.stream;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What waits for one client, bounded. Thread-safe, never blocks. A frame takes the place of an earlier one of its subject. */
final class FrameQueue {
    private final Map<Object, Frame> frames = new LinkedHashMap<>();
    private final int max;
    private long places;

    FrameQueue(int max) {
        this.max = max;
    }

    /** False where there is no room. */
    synchronized boolean offer(Frame frame) {
        String subject = frame.subject();
        Object key = subject == null ? Long.valueOf(places++) : subject;
        if (frames.size() >= max && !frames.containsKey(key)) {
            return false;
        }
        frames.put(key, frame);
        return true;
    }

    synchronized @Nullable Frame poll() {
        Iterator<Frame> oldest = frames.values().iterator();
        if (!oldest.hasNext()) {
            return null;
        }
        Frame frame = oldest.next();
        oldest.remove();
        return frame;
    }

    synchronized boolean isEmpty() {
        return frames.isEmpty();
    }
}
