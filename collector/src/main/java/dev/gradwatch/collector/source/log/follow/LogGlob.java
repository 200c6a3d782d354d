package dev.gradwatch.collector.source.log.follow;

import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Which files a person means: a glob, or the plain name of a file or of a folder, which stands for all files below it. Immutable.
 *
 * <p>{@code **} crosses any number of folders, none included. The glob is matched name by name on the way down from the file system's root, so that
 * no folder is entered in vain. How far it came is a set of places in the glob, one bit each:
 *
 * <pre>
 *   /data/runs/**&#47;stderr.log      data   runs   **    stderr.log   (all taken)
 *   bit                              0      1     2         3            4
 *   in /data/runs                                 x         x
 *   after "7"                                     x         x
 *   after "stderr.log"                            x         x            x
 * </pre>
 */
final class LogGlob {
    /** As many as a set of places has bits, less the one for what is taken whole. */
    private static final int MAX_NAMES = Long.SIZE - 1;

    private static final String ANY_DEPTH = "**";
    private static final String SPECIAL = "*?[{\\";

    private final Path root;
    private final List<Part> parts;
    private final long taken;

    private LogGlob(Path root, List<Part> parts) {
        this.root = root;
        this.parts = List.copyOf(parts);
        this.taken = 1L << parts.size();
    }

    /**
     * @param text relative to the working folder, or absolute
     * @throws IllegalArgumentException with the text and what is expected of it
     */
    static LogGlob parse(String text) {
        try {
            Path path = Path.of(text).toAbsolutePath().normalize();
            List<Part> parts = new ArrayList<>();
            boolean plain = true;
            for (Path name : path) {
                plain &= !special(name.toString());
                add(parts, name);
            }
            if (plain) {
                parts.add(new Part(null, null));
            }
            if (!text.isBlank() && parts.size() <= MAX_NAMES) {
                return new LogGlob(path.getRoot(), parts);
            }
        } catch (InvalidPathException | PatternSyntaxException e) {
            throw invalid(text, e);
        }
        throw invalid(text, null);
    }

    private static IllegalArgumentException invalid(String text, @Nullable Exception cause) {
        return new IllegalArgumentException("logs: " + text + " (expected: a glob such as runs/**/stderr.log)", cause);
    }

    private static void add(List<Part> parts, Path name) {
        String text = name.toString();
        if (text.startsWith(ANY_DEPTH)) {
            parts.add(new Part(null, null));
            // Somebody who writes **.log means the files of all folders.
            text = text.length() > ANY_DEPTH.length() ? text.substring(1) : "";
        }
        if (special(text)) {
            parts.add(new Part(null, FileSystems.getDefault().getPathMatcher("glob:" + text)));
        } else if (!text.isEmpty()) {
            parts.add(new Part(name, null));
        }
    }

    private static boolean special(String name) {
        return name.chars().anyMatch(c -> SPECIAL.indexOf(c) >= 0);
    }

    /** Where a walk begins. */
    Path root() {
        return root;
    }

    /** The places before the first name. */
    long start() {
        return spread(1);
    }

    /** The places after a folder of this name; 0 where the glob takes nothing in there. */
    long enter(long places, Path name) {
        return step(places, name) & ~taken;
    }

    /** Whether a file of this name is meant. */
    boolean takes(long places, Path name) {
        return (step(places, name) & taken) != 0;
    }

    private long step(long places, Path name) {
        long next = 0;
        for (int i = 0; i < parts.size(); i++) {
            if ((places & (1L << i)) != 0) {
                Part part = parts.get(i);
                next |= part.anyDepth() ? 1L << i : part.matches(name) ? 1L << (i + 1) : 0;
            }
        }
        return spread(next);
    }

    /** Any depth may be none. */
    private long spread(long places) {
        long spread = places;
        for (int i = 0; i < parts.size(); i++) {
            if ((spread & (1L << i)) != 0 && parts.get(i).anyDepth()) {
                spread |= 1L << (i + 1);
            }
        }
        return spread;
    }

    /** Whether files can be meant that lie right in a folder. */
    boolean takesFilesIn(long places) {
        long next = 0;
        for (int i = 0; i < parts.size(); i++) {
            if ((places & (1L << i)) != 0) {
                next |= 1L << (parts.get(i).anyDepth() ? i : i + 1);
            }
        }
        return (spread(next) & taken) != 0;
    }

    /** The only names that matter in a folder, so that it need not be listed; null where any may. */
    @Nullable
    List<Path> names(long places) {
        List<Path> names = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            if ((places & (1L << i)) != 0) {
                Path literal = parts.get(i).literal();
                if (literal == null) {
                    return null;
                }
                names.add(literal);
            }
        }
        return names;
    }

    /** One name of the glob: as it stands, or a pattern, or (neither) any number of folders. */
    private record Part(@Nullable Path literal, @Nullable PathMatcher pattern) {
        boolean anyDepth() {
            return literal == null && pattern == null;
        }

        boolean matches(Path name) {
            return literal != null ? literal.equals(name) : pattern != null && pattern.matches(name);
        }
    }
}
