package dev.gradwatch.collector.source.log.follow;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files that are open, a bounded number of them: the least recently read is closed first. An open file can be read to its end though its name
 * is gone, and no other file gets its identity. On the follower's thread.
 */
final class Handles implements AutoCloseable {
    private static final float LOAD = 0.75f;

    private final int max;
    private final Disk disk;
    private final Map<FollowedFile, FileChannel> open = new LinkedHashMap<>(16, LOAD, true);

    Handles(int max, Disk disk) {
        this.max = max;
        this.disk = disk;
    }

    /**
     * The file, opened where it is closed.
     *
     * @return null where it is closed and does not lie at its path any more
     * @throws IOException where it lies there and cannot be opened
     */
    @Nullable
    FileChannel of(FollowedFile file) throws IOException {
        FileChannel channel = open.get(file);
        if (channel != null) {
            return channel;
        }
        if (file.isAdrift()) {
            return null;
        }
        try {
            channel = disk.open(file.path());
        } catch (NoSuchFileException e) {
            return null;
        }
        if (!lies(file, channel)) {
            return null;
        }
        open.put(file, channel);
        closeLeastRecentlyRead();
        return channel;
    }

    /** Another file may have taken the path just before it was opened. */
    private boolean lies(FollowedFile file, FileChannel channel) throws IOException {
        boolean lies = false;
        try {
            BasicFileAttributes attributes = disk.attributes(file.path());
            lies = attributes != null && Disk.identity(file.path(), attributes).equals(file.identity());
            return lies;
        } finally {
            if (!lies) {
                channel.close();
            }
        }
    }

    private void closeLeastRecentlyRead() {
        while (open.size() > max) {
            close(open.keySet().iterator().next());
        }
    }

    boolean isOpen(FollowedFile file) {
        return open.containsKey(file);
    }

    void close(FollowedFile file) {
        FileChannel channel = open.remove(file);
        if (channel != null) {
            close(channel);
        }
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // It was only read; there is nothing that could be lost.
        }
    }

    int size() {
        return open.size();
    }

    @Override
    public void close() {
        open.values().forEach(Handles::close);
        open.clear();
    }
}
