package dev.gradwatch.collector.source.log.follow;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Walks the folders that globs lead to, one folder at a time so that reading goes on meanwhile, and looks again where something changed. On the
 * follower's thread. It reads no file and throws nothing.
 *
 * <p>A link to a folder is replaced by the folder: files then have one path however many links lead to them, and a link that is pointed elsewhere,
 * as "latest" is, moves no file. A folder is visited once a walk for each place in a glob, so loops of links end.
 */
final class FolderWalk {
    private final List<LogGlob> globs;
    private final Disk disk;
    private final Found found;
    private final Complaints complaints;
    private final Deque<Visit> queue = new ArrayDeque<>();
    private final Map<Path, Visited> visited = new HashMap<>();
    private long number;
    private long fullNumber;
    private boolean full;
    private boolean whole;

    /** Is told what lies in the folders, while they are walked. */
    interface Found {
        /** All folders are walked from now on, beside single ones where something changed. */
        void walking();

        /** A folder in which something may come: before it is looked into, so that nothing is missed. */
        void folder(Path folder, Object identity, boolean files);

        /** A regular file that is meant. */
        void file(Path file, BasicFileAttributes attributes, long walk);

        /** Nothing lies there, or nothing that can be followed. */
        void noFile(Path path);

        /**
         * All folders were walked.
         *
         * @param walk what was found with a lower number is not there any more
         * @param whole whether every folder could be read
         */
        void walked(long walk, boolean whole);
    }

    FolderWalk(List<LogGlob> globs, Disk disk, Found found, Complaints complaints) {
        this.globs = List.copyOf(globs);
        this.disk = disk;
        this.found = found;
        this.complaints = complaints;
    }

    /** Begins to walk all folders; a walk under way is begun anew. */
    void begin() {
        queue.clear();
        full = true;
        whole = true;
        fullNumber = ++number;
        found.walking();
        for (LogGlob glob : globs) {
            try {
                BasicFileAttributes root = disk.attributes(glob.root());
                if (root != null) {
                    visit(glob.root(), root, new Reach(glob, glob.start()), fullNumber);
                }
            } catch (IOException e) {
                failed(glob.root(), e);
            }
        }
    }

    private void visit(Path folder, BasicFileAttributes attributes, Reach reach, long walk) {
        queue.add(new Visit(folder, Disk.identity(folder, attributes), reach, walk));
    }

    /** Something changed about this name in a folder that was walked. */
    void touched(Path folder, Path name) {
        Visited before = visited.get(folder);
        if (before != null) {
            long walk = ++number;
            for (Reach reach : List.copyOf(before.reaches)) {
                enter(folder.resolve(name), reach, walk);
            }
        }
    }

    /** Anything may have changed in a folder that was walked. */
    void touched(Path folder) {
        Visited before = visited.get(folder);
        if (before != null) {
            long walk = ++number;
            before.reaches.forEach(reach -> queue.add(new Visit(folder, before.identity, reach, walk)));
        }
    }

    /** Walks on until the time is up, a folder at least. */
    void advance(LongSupplier nanoTime, long nanos) {
        long start = nanoTime.getAsLong();
        while (!queue.isEmpty()) {
            visit(queue.remove());
            if (nanoTime.getAsLong() - start >= nanos) {
                break;
            }
        }
        if (full && queue.isEmpty()) {
            full = false;
            visited.values().removeIf(folder -> folder.walk < fullNumber);
            found.walked(fullNumber, whole);
        }
    }

    boolean isDone() {
        return queue.isEmpty() && !full;
    }

    private void visit(Visit visit) {
        Visited before = visited.computeIfAbsent(visit.folder(), folder -> new Visited(visit));
        if (!before.add(visit)) {
            return;
        }
        LogGlob glob = visit.reach().glob();
        boolean files = glob.takesFilesIn(visit.reach().places());
        List<Path> names = glob.names(visit.reach().places());
        if (files || names == null) {
            found.folder(visit.folder(), visit.identity(), files);
        }
        if (names == null) {
            list(visit);
            return;
        }
        for (Path name : names) {
            Path child = visit.folder().resolve(name);
            // Of a folder that only leads to another, nothing is to be known but when that one comes.
            if (!enter(child, visit.reach(), visit.walk()) && !files) {
                found.folder(visit.folder(), visit.identity(), false);
                enter(child, visit.reach(), visit.walk());
            }
        }
    }

    private void list(Visit visit) {
        try (DirectoryStream<Path> children = disk.list(visit.folder())) {
            for (Path child : children) {
                enter(child, visit.reach(), visit.walk());
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            // It went between being found and being listed; its files are missed when they are looked at.
        } catch (DirectoryIteratorException e) {
            failed(visit.folder(), new IOException(e.getMessage(), e));
        } catch (IOException e) {
            failed(visit.folder(), e);
        }
    }

    /** @return whether anything lies there */
    private boolean enter(Path path, Reach reach, long walk) {
        Path name = path.getFileName();
        long inside = name == null ? 0 : reach.glob().enter(reach.places(), name);
        boolean meant = name != null && reach.glob().takes(reach.places(), name);
        if (inside == 0 && !meant) {
            // Most of what lies beside logs is neither; to ask for its attributes would be most of the work.
            found.noFile(path);
            return false;
        }
        try {
            BasicFileAttributes link = disk.linkAttributes(path);
            boolean isLink = link != null && link.isSymbolicLink();
            BasicFileAttributes attributes = isLink ? disk.attributes(path) : link;
            if (attributes != null && attributes.isRegularFile() && meant) {
                found.file(path, attributes, walk);
                return true;
            }
            found.noFile(path);
            if (attributes != null && attributes.isDirectory() && inside != 0) {
                visit(isLink ? path.toRealPath() : path, attributes, new Reach(reach.glob(), inside), walk);
            }
            return attributes != null;
        } catch (IOException e) {
            // Denied are the attributes of all that lies there, by the folder.
            Path folder = path.getParent();
            failed(folder == null ? path : folder, e);
            return true;
        }
    }

    private void failed(Path path, IOException e) {
        whole = false;
        complaints.folder(path, e);
    }

    /** A place in a glob. */
    private record Reach(LogGlob glob, long places) {}

    private record Visit(Path folder, Object identity, Reach reach, long walk) {}

    /** What led to a folder when it was last walked. */
    private static final class Visited {
        private final Set<Reach> reaches = new HashSet<>();
        private Object identity;
        private long walk;

        Visited(Visit visit) {
            identity = visit.identity();
            walk = visit.walk();
        }

        /** @return false where this walk, or a later one, was here already by the same way */
        boolean add(Visit visit) {
            if (visit.walk() > walk) {
                reaches.clear();
                walk = visit.walk();
            }
            identity = visit.identity();
            return reaches.add(visit.reach());
        }
    }
}
