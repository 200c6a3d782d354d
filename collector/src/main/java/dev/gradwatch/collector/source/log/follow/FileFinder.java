package dev.gradwatch.collector.source.log.follow;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Finds a file that lost its name under the one it has now. Lists one folder; throws nothing. */
final class FileFinder {
    private final Disk disk;

    FileFinder(Disk disk) {
        this.disk = disk;
    }

    /**
     * @param key the text of the identity, as positions keep it
     * @return null where no regular file of the folder is it, or the folder cannot be read
     */
    @Nullable
    Place find(Path folder, String key) {
        try (DirectoryStream<Path> children = disk.list(folder)) {
            for (Path child : children) {
                BasicFileAttributes attributes = disk.linkAttributes(child);
                if (attributes != null && attributes.isRegularFile()) {
                    Object identity = Disk.identity(child, attributes);
                    if (identity.toString().equals(key)) {
                        return new Place(child, identity);
                    }
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // The folder went with the file, or is somebody else's now.
        }
        return null;
    }

    /** Where it lies, without a link on the way. */
    record Place(Path path, Object identity) {}
}
