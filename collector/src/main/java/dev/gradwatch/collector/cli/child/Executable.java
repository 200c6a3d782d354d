package dev.gradwatch.collector.cli.child;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Looks a program up as execvp does, so that a missing one gets the text and the exit status that a shell would give. */
public final class Executable {
    private Executable() {}

    /**
     * Looks along PATH, unless the name holds a slash.
     *
     * @throws CommandNotStarted 127 where nothing of the name is there, 126 where it is there and cannot be executed
     */
    public static Path find(String program) throws CommandNotStarted {
        Path found = find(program, System.getenv("PATH"));
        if (found == null) {
            throw new CommandNotStarted(
                    "command not found: " + program + " (expected: a program on PATH)", CommandNotStarted.NOT_FOUND);
        }
        if (Files.isDirectory(found) || !Files.isExecutable(found)) {
            throw new CommandNotStarted(
                    "cannot execute: " + program + " (expected: an executable file)", CommandNotStarted.NOT_EXECUTABLE);
        }
        return found;
    }

    /** The first executable of that name, or else the first that is there and is not; null where there is none. */
    static @Nullable Path find(String program, @Nullable String searchPath) {
        try {
            if (program.contains("/")) {
                Path path = Path.of(program);
                return Files.exists(path) ? path : null;
            }
            Path second = null;
            for (String folder : (searchPath == null ? "" : searchPath).split(File.pathSeparator, -1)) {
                Path path = Path.of(folder.isEmpty() ? "." : folder).resolve(program);
                if (program.isEmpty() || Files.isDirectory(path) || !Files.exists(path)) {
                    continue;
                }
                if (Files.isExecutable(path)) {
                    return path;
                }
                second = second == null ? path : second;
            }
            return second;
        } catch (InvalidPathException impossibleName) {
            return null;
        }
    }
}
