package dev.gradwatch.collector.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The files of one folder of our own jar, or of the folder of classes in its place. */
final class PackedFiles {
    /**
     * Reads them whole; they are few and small.
     *
     * @param folder such as {@code gradwatch-python}
     * @param member a file in it, by which it is found
     * @return contents by name, names relative to the folder, with slashes
     * @throws IOException where the folder is missing or cannot be read
     */
    static SortedMap<String, byte[]> read(String folder, String member) throws IOException {
        String resource = folder + "/" + member;
        URL url = PackedFiles.class.getClassLoader().getResource(resource);
        if (url == null) {
            throw new IOException("jar: it holds no " + resource + " (expected: a complete build)");
        }
        String location = url.toString();
        if (location.startsWith("jar:")) {
            String jar = location.substring("jar:".length(), location.indexOf("!/"));
            return readJar(Path.of(URI.create(jar)).toFile(), folder + "/");
        }
        Path root = Path.of(URI.create(location));
        for (int depth = Path.of(member).getNameCount(); depth > 0; depth--) {
            root = Objects.requireNonNull(root.getParent());
        }
        return readFolder(root);
    }

    private static SortedMap<String, byte[]> readJar(File jar, String prefix) throws IOException {
        SortedMap<String, byte[]> files = new TreeMap<>();
        try (ZipFile zip = new ZipFile(jar)) {
            for (var entries = zip.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                if (entry.getName().startsWith(prefix) && !entry.isDirectory()) {
                    try (InputStream content = zip.getInputStream(entry)) {
                        files.put(entry.getName().substring(prefix.length()), content.readAllBytes());
                    }
                }
            }
        }
        return files;
    }

    private static SortedMap<String, byte[]> readFolder(Path folder) throws IOException {
        SortedMap<String, byte[]> files = new TreeMap<>();
        List<Path> paths;
        try (Stream<Path> all = Files.walk(folder)) {
            paths = all.filter(Files::isRegularFile).toList();
        }
        for (Path path : paths) {
            files.put(folder.relativize(path).toString().replace(File.separatorChar, '/'), Files.readAllBytes(path));
        }
        return files;
    }

    private PackedFiles() {}
}
