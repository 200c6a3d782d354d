package dev.gradwatch.collector.source.tcp.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * What tells that a file became another one. Kubernetes renews a mounted secret by pointing a symbolic link at another folder, so the stamp is that
 * of the file at the links' end, its inode included: the new one may have the size and the second of the old.
 */
record FileStamp(FileTime modified, long bytes, @Nullable Object inode) {
    private static final FileStamp MISSING = new FileStamp(FileTime.fromMillis(0), -1, null);

    static FileStamp of(Path file) {
        try {
            BasicFileAttributes seen = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(seen.lastModifiedTime(), seen.size(), seen.fileKey());
        } catch (IOException e) {
            return MISSING;
        }
    }
}
