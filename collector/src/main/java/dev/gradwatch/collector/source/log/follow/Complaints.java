package dev.gradwatch.collector.source.log.follow;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what cannot be read and says it once. On the follower's thread. */
final class Complaints {
    private static final Logger logger = LoggerFactory.getLogger(Complaints.class);

    /** Folders that are remembered as told; of those past it nothing is told. */
    private static final int MAX_FOLDERS = 1_000;

    private final Counters counters;
    private final Set<Path> folders = new HashSet<>();

    Complaints(Counters counters) {
        this.counters = counters;
    }

    /** @param before whether this file was complained of before */
    void file(Path file, String what, boolean before) {
        counters.errors.incrementAndGet();
        String line = "logs: {}: {} (expected: a file that can be read)";
        if (before) {
            logger.debug(line, file, what);
        } else {
            logger.warn(line, file, what);
        }
    }

    void folder(Path folder, IOException e) {
        String line = "logs: {}: {} (expected: a folder that can be read)";
        if (folders.size() < MAX_FOLDERS && folders.add(folder)) {
            counters.errors.incrementAndGet();
            logger.warn(line, folder, reason(e));
        } else {
            logger.debug(line, folder, reason(e));
        }
    }

    /** In few words, without the path. */
    static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof NoSuchFileException) {
            return "no such file or folder";
        }
        String reason = e instanceof FileSystemException files ? files.getReason() : e.getMessage();
        return reason == null
                ? e.getClass().getSimpleName()
                : reason.substring(0, 1).toLowerCase(Locale.ROOT) + reason.substring(1);
    }
}
