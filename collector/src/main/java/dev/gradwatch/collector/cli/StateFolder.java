package dev.gradwatch.collector.cli;

import java.nio.file.Path;
import java.util.Map;

/** Where this user's state that should outlast a restart is kept. */
final class StateFolder {
    /** {@code $XDG_STATE_HOME/gradwatch}, else {@code ~/.local/state/gradwatch}. */
    static Path of(Map<String, String> environment) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        // The XDG base directory specification has relative paths ignored.
        if (state.startsWith("/")) {
            return Path.of(state, "gradwatch");
        }
        String home = environment.getOrDefault("HOME", "");
        return Path.of(home.isEmpty() ? System.getProperty("user.home") : home, ".local", "state", "gradwatch");
    }

    private StateFolder() {}
}
