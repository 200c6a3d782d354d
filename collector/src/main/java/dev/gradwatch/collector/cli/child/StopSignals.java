package dev.gradwatch.collector.cli.child;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Has INT, TERM and HUP ask for an end in order, instead of ending us at once. {@link #close} gives them their old meaning back. Thread-safe. */
public final class StopSignals implements AutoCloseable {
    private static final List<String> STOPPING = List.of("INT", "TERM", "HUP");

    private final Map<String, Object> former = new HashMap<>();
    private final CompletableFuture<String> received = new CompletableFuture<>();

    private StopSignals() {}

    public static StopSignals install() {
        StopSignals signals = new StopSignals();
        for (String name : STOPPING) {
            Object handler = SignalHandlers.replace(name, signals.received::complete);
            if (handler != null) {
                signals.former.put(name, handler);
            }
        }
        return signals;
    }

    /** Completes with the name of the first of them that came. */
    public CompletableFuture<String> received() {
        return received;
    }

    @Override
    public void close() {
        former.forEach(SignalHandlers::restore);
        former.clear();
    }
}
