package dev.gradwatch.collector.cli.attach;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What Linux tells of a process. Attaching sends SIGQUIT, which ends what does not handle it: so it is certain first that the process is a JVM that does.
 *
 * @param folder {@code /proc/PID}
 */
record ProcessFacts(long pid, Path folder) {
    private static final String AGENT = "gradwatch-agent.jar";
    private static final String DISABLED = "-XX:+DisableAttachMechanism";
    private static final int SIGQUIT = 3;

    static ProcessFacts of(long pid) {
        return new ProcessFacts(pid, Path.of("/proc", String.valueOf(pid)));
    }

    /** @throws IOException in one line, where it must not be attached to, or nothing is told of it */
    void check() throws IOException {
        if (!isJvm()) {
            throw new IOException("pid: " + pid + " is " + name() + " and no JVM (expected: a JVM, such as jps lists)");
        }
        if (words().contains(DISABLED)) {
            throw new IOException(
                    "pid: " + pid + " has " + DISABLED + " (expected: a JVM without; gradwatch run -- java)");
        }
        if (!handlesQuit()) {
            throw new IOException(
                    "pid: " + pid
                            + " does not handle SIGQUIT, as by -Xrs, and would die of it (expected: a JVM without; gradwatch run -- java)");
        }
        if (hasAgent()) {
            throw new IOException("pid: " + pid + " has the agent already (expected: a JVM without it)");
        }
    }

    private boolean isJvm() throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(folder.resolve("maps"), StandardCharsets.ISO_8859_1)) {
            return lines.lines().anyMatch(line -> line.contains("/libjvm.so"));
        } catch (IOException e) {
            throw new IOException(
                    "pid: " + pid + " cannot be looked into: " + e.getMessage() + " (expected: a readable "
                            + folder.resolve("maps") + ")",
                    e);
        }
    }

    private List<String> words() throws IOException {
        return List.of(Files.readString(folder.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                .split("\0", -1));
    }

    private String name() throws IOException {
        return Files.readString(folder.resolve("comm"), StandardCharsets.ISO_8859_1)
                .strip();
    }

    /** By the mask of handled signals: {@code SigCgt: 2000000181005ccf}, the lowest bit for signal 1. */
    private boolean handlesQuit() throws IOException {
        String mask = Files.readAllLines(folder.resolve("status"), StandardCharsets.ISO_8859_1).stream()
                .filter(line -> line.startsWith("SigCgt:"))
                .map(line -> line.substring("SigCgt:".length()).strip())
                .findFirst()
                .orElse("0");
        return (Long.parseUnsignedLong(mask, 16) >>> (SIGQUIT - 1) & 1) != 0;
    }

    /** A JVM keeps the jars of its agents open. */
    private boolean hasAgent() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder.resolve("fd"))) {
            for (Path file : files) {
                if (isAgent(file)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static boolean isAgent(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().endsWith("/" + AGENT);
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }
}
