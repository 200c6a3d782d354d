package dev.gradwatch.collector.cli.child;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether this process is in the foreground of a terminal, which then signals the whole group itself on Ctrl-C. */
final class ForegroundGroup {
    private ForegroundGroup() {}

    static boolean holdsUs() {
        try {
            // The name of a process may hold any byte; ISO 8859-1 takes them all.
            return isForeground(Files.readString(Path.of("/proc/self/stat"), StandardCharsets.ISO_8859_1));
        } catch (IOException noProcFileSystem) {
            return false;
        }
    }

    /**
     * Reads a line of {@code /proc/PID/stat}: {@code pid (name) state ppid pgrp session tty_nr tpgid …}; the name may hold spaces and
     * parentheses.
     */
    static boolean isForeground(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ", 7);
        return fields.length == 7 && fields[2].equals(fields[5]);
    }
}
