package dev.gradwatch.collector.cli.sidecar;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** Keeps two collectors from one file: each would write over what the other knows of a job. The system gives it back when the process ends. */
final class StoreLock implements AutoCloseable {
    private final FileChannel channel;

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    /** @throws StoreTaken where another process has it */
    static StoreLock take(Path store) throws IOException {
        Path file = store.resolveSibling(store.getFileName() + ".lock");
        if (file.getParent() != null && !Files.isDirectory(file.getParent())) {
            Files.createDirectories(
                    file.getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            FileLock lock = tried(channel);
            if (lock != null) {
                return new StoreLock(channel);
            }
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new StoreTaken(store);
    }

    private static @Nullable FileLock tried(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
