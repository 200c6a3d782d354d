package dev.gradwatch.collector.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Files of our jar, unpacked where other programs can read them: a folder of this user's cache that is named by its content, so that it is
 * written once, and two runs at once write the same. Where the cache cannot be written, a temporary folder that {@link #close} removes.
 *
 * <pre>
 *   ~/.cache/gradwatch/reporter-0.1.0-1f2e3d4c/     mode 0700, appears whole by a rename
 * </pre>
 */
final class UnpackedFolder implements AutoCloseable {
    private final Path folder;
    private final boolean temporary;

    private UnpackedFolder(Path folder, boolean temporary) {
        this.folder = folder;
        this.temporary = temporary;
    }

    /**
     * Finds them unpacked, or unpacks them.
     *
     * @param name what the folder's name begins with
     * @param files contents by name
     * @throws IOException where they can be written nowhere
     */
    static UnpackedFolder of(String name, SortedMap<String, byte[]> files, Path cache) throws IOException {
        Path folder = cache.resolve(name + "-" + Version.text() + "-" + digest(files));
        if (isWhole(folder, files)) {
            return new UnpackedFolder(folder, false);
        }
        try {
            CacheFolder.create(cache);
            Path fresh = write(files, Files.createTempDirectory(cache, ".new-"));
            settle(fresh, folder, files);
            return new UnpackedFolder(folder, false);
        } catch (IOException cacheCannotBeWritten) {
            // Containers often have a home that is read-only or missing.
            return new UnpackedFolder(write(files, Files.createTempDirectory("gradwatch-")), true);
        }
    }

    private static Path write(SortedMap<String, byte[]> files, Path folder) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        return folder;
    }

    /** Gives the fresh copy its name, unless another run was first; a copy that something gnawed at makes room. */
    private static void settle(Path fresh, Path folder, SortedMap<String, byte[]> files) throws IOException {
        try {
            if (Files.exists(folder) && !isWhole(folder, files)) {
                Path broken = Files.createTempDirectory(folder.getParent(), ".old-");
                Files.move(folder, broken.resolve("reporter"), StandardCopyOption.ATOMIC_MOVE);
                delete(broken);
            }
            Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException perhapsAnotherRunWasFirst) {
            delete(fresh);
            if (!isWhole(folder, files)) {
                throw perhapsAnotherRunWasFirst;
            }
        }
    }

    /** Cleaners of old files take single ones out of a cache, so each is looked for. */
    private static boolean isWhole(Path folder, SortedMap<String, byte[]> files) {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            if (folder.resolve(file.getKey()).toFile().length() != file.getValue().length) {
                return false;
            }
        }
        return true;
    }

    private static String digest(SortedMap<String, byte[]> files) {
        CRC32 crc = new CRC32();
        files.forEach((name, content) -> {
            crc.update((name + "\n" + content.length + "\n").getBytes(StandardCharsets.UTF_8));
            crc.update(content);
        });
        return Long.toHexString(crc.getValue() | (1L << 32)).substring(1);
    }

    Path path() {
        return folder;
    }

    @Override
    public void close() {
        if (temporary) {
            delete(folder);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException leftToTheSystemsCleaner) {
            // A process that outlived the command still writes its caches there.
        }
    }
}
