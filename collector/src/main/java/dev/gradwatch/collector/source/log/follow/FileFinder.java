package dev.gradwatch.collector.source.log.follow;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Finds a file that lost its name under the one it has now. Lists the folder; throws nothing. On the follower's thread. */
final class FileFinder {
    /** Folders of more files are not listed again for each file: where thousands vanish from one, that would take minutes. */
    private static final int LARGE = 256;

    /** How old the list of a large folder may be. Who is missed by it is searched for again, later than that. */
    static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Disk disk;
    private final LongSupplier nanoTime;
    private @Nullable Path listed;
    private Map<String, Place> places = Map.of();
    private long listedNanos;

    FileFinder(Disk disk, LongSupplier nanoTime) {
        this.disk = disk;
        this.nanoTime = nanoTime;
    }

    /**
     * @param key the text of the identity, as positions keep it
     * @return null where no regular file of the folder is it, or the folder cannot be read
     */
    @Nullable
    Place find(Path folder, String key) {
        long now = nanoTime.getAsLong();
        if (!folder.equals(listed) || places.size() <= LARGE || now - listedNanos >= STALE_NANOS) {
            places = list(folder);
            listed = folder;
            listedNanos = now;
        }
        return places.get(key);
    }

    private Map<String, Place> list(Path folder) {
        Map<String, Place> found = new HashMap<>();
        try (DirectoryStream<Path> children = disk.list(folder)) {
            for (Path child : children) {
                BasicFileAttributes attributes = disk.linkAttributes(child);
                if (attributes != null && attributes.isRegularFile()) {
                    Object identity = Disk.identity(child, attributes);
                    found.put(identity.toString(), new Place(child, identity));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // The folder went with the file, or is somebody else's now.
        }
        return found;
    }

    /** Where it lies, without a link on the way. */
    record Place(Path path, Object identity) {}
}
