package dev.gradwatch.collector.cli;

import java.nio.file.Path;
import java.util.Map;

/** Where this user's state that should outlast a restart is kept. */
final class StateFolder {
    /** {@code $XDG_STATE_HOME/gradwatch}, else {@code ~/.local/state/gradwatch}. */
    static Path of(Map<String, String> environment) {
        return CacheFolder.of(environment, "XDG_STATE_HOME", ".local/state");
    }

    private StateFolder() {}
}
