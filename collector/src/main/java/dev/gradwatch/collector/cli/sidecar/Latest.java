package dev.gradwatch.collector.cli.sidecar;

import java.util.LinkedHashMap;
import java.util.Map;

/** What was asked for last, by job; past a number of jobs the one that nobody asked for goes. Not thread-safe. */
final class Latest<V> extends LinkedHashMap<String, V> {
    private static final long serialVersionUID = 1;

    private final int most;

    Latest(int most) {
        super(16, 0.75f, true);
        this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
        return size() > most;
    }
}
