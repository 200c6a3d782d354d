package dev.gradwatch.collector.source.gpu;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Linux's {@code /proc}; see proc(5). What is not there, not readable or not understood is null, empty or 0, since processes come and go while they are read. */
final class Proc {
    /** The inode of the machine's first pid namespace, a constant of the kernel (PROC_PID_INIT_INO). */
    private static final String FIRST_NAMESPACE = "pid:[4026531836]";

    private static final int MAX_STATUS_BYTES = 1 << 14;
    private static final int MAX_COMMAND_BYTES = 1 << 12;
    private static final int MAX_ENVIRON_BYTES = 1 << 20;
    private static final int MAX_DESCRIPTORS = 4096;
    /** Of the fields of {@code stat} after the name. */
    private static final int START_TICKS = 19;

    private final Path root;
    private @Nullable Boolean firstNamespace;

    Proc(Path root) {
        this.root = root;
    }

    /** Whether this process is in the machine's first pid namespace. */
    boolean isFirstNamespace() {
        Boolean first = firstNamespace;
        if (first == null) {
            first = FIRST_NAMESPACE.equals(link(root.resolve("self/ns/pid")));
            firstNamespace = first;
        }
        return first;
    }

    /** When it started, in clock ticks since the machine did; null where there is no such process. */
    @Nullable
    Long startTicks(long pid) {
        String stat = text(pid, "stat", MAX_STATUS_BYTES);
        // The name is in parentheses and may hold any character.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
        return fields.length > START_TICKS ? number(fields[START_TICKS]) : null;
    }

    /** Its numbers in each namespace, the outermost that this /proc shows first. */
    List<Long> pids(long pid) {
        List<Long> pids = new ArrayList<>();
        for (String number : status(pid, "NSpid:").split("\\s+", -1)) {
            Long parsed = number(number);
            if (parsed != null) {
                pids.add(parsed);
            }
        }
        return pids.isEmpty() ? List.of(pid) : pids;
    }

    /** Its parent's number; 0 where it has none that is seen here. */
    long parent(long pid) {
        Long parent = number(status(pid, "PPid:"));
        return parent == null ? 0 : parent;
    }

    /** As {@link Program#name}. */
    String name(long pid) {
        String name = Program.name(text(pid, "cmdline", MAX_COMMAND_BYTES));
        return name.isEmpty() ? Values.printable(text(pid, "comm", MAX_COMMAND_BYTES), Program.MAX_CHARS) : name;
    }

    Environ environ(long pid) {
        byte[] bytes = bytes(pid, "environ", MAX_ENVIRON_BYTES);
        return bytes == null ? Environ.UNKNOWN : Environ.of(bytes);
    }

    /** Whether it has a device of NVIDIA's open: of Linux, or of WSL. False where that may not be seen. */
    boolean holdsGpu(long pid) {
        int seen = 0;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(root.resolve(pid + "/fd"))) {
            for (Path descriptor : descriptors) {
                String target = link(descriptor);
                if (target.startsWith("/dev/nvidia") || target.equals("/dev/dxg")) {
                    return true;
                }
                if (++seen >= MAX_DESCRIPTORS) {
                    break;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return false;
        }
        return false;
    }

    private String status(long pid, String key) {
        return text(pid, "status", MAX_STATUS_BYTES)
                .lines()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()).strip())
                .findFirst()
                .orElse("");
    }

    private static String link(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    private String text(long pid, String file, int limit) {
        byte[] bytes = bytes(pid, file, limit);
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }

    private byte @Nullable [] bytes(long pid, String file, int limit) {
        try (InputStream in = Files.newInputStream(root.resolve(pid + "/" + file))) {
            return in.readNBytes(limit);
        } catch (IOException e) {
            return null;
        }
    }

    private static @Nullable Long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
