package dev.gradwatch.collector.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** Where this user's own files that can be made again are kept. */
final class CacheFolder {
    /** {@code $XDG_CACHE_HOME/gradwatch}, else {@code ~/.cache/gradwatch}. */
    static Path of(Map<String, String> environment) {
        return of(environment, "XDG_CACHE_HOME", ".cache");
    }

    /** @param otherwise the folder below the user's own, where the variable does not say */
    static Path of(Map<String, String> environment, String variable, String otherwise) {
        String folder = environment.getOrDefault(variable, "");
        // The XDG base directory specification has relative paths ignored.
        if (folder.startsWith("/")) {
            return Path.of(folder, "gradwatch");
        }
        String home = environment.getOrDefault("HOME", "");
        return Path.of(home.isEmpty() ? System.getProperty("user.home") : home, otherwise, "gradwatch");
    }

    /** Makes it for nobody else to read or write: training processes run what lies in it. */
    static void create(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        if (folder.getParent() != null) {
            Files.createDirectories(folder.getParent());
        }
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private CacheFolder() {}
}
