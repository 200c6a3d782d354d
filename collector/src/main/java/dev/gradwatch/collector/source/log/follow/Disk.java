package dev.gradwatch.collector.source.log.follow;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** What the follower asks of the operating system. Its own calls are overridden where a test has them fail. */
class Disk {
    static final Disk REAL = new Disk();

    private static final String NOT_A_DIRECTORY = "Not a directory";

    FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ);
    }

    @SuppressWarnings("StreamResourceLeak") // Whoever asks for it closes it.
    DirectoryStream<Path> list(Path folder) throws IOException {
        return Files.newDirectoryStream(folder);
    }

    /** @throws IOException also where this user may have no more of them */
    WatchService watchService() throws IOException {
        return FileSystems.getDefault().newWatchService();
    }

    WatchKey register(Path folder, WatchService service, WatchEvent.Kind<?>... kinds) throws IOException {
        return folder.register(service, kinds);
    }

    /** What lies there, links followed; null where nothing does. */
    final @Nullable BasicFileAttributes attributes(Path path) throws IOException {
        return attributes(path, new LinkOption[0]);
    }

    /** What lies there, a link being a link; null where nothing does. */
    final @Nullable BasicFileAttributes linkAttributes(Path path) throws IOException {
        return attributes(path, LinkOption.NOFOLLOW_LINKS);
    }

    BasicFileAttributes read(Path path, LinkOption... links) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, links);
    }

    private @Nullable BasicFileAttributes attributes(Path path, LinkOption... links) throws IOException {
        try {
            return read(path, links);
        } catch (NoSuchFileException e) {
            return null;
        } catch (FileSystemException e) {
            // Where a folder on the way became a file, nothing lies below it either.
            if (NOT_A_DIRECTORY.equals(e.getReason())) {
                return null;
            }
            throw e;
        }
    }

    /** What makes a file the same under another name; where the file system has no such thing, its name does. */
    static Object identity(Path path, BasicFileAttributes attributes) {
        Object key = attributes.fileKey();
        return key != null ? key : path;
    }
}
