package dev.gradwatch.collector.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The torch reporter, unpacked where training processes can import it.
 *
 * <pre>
 *   FOLDER/gradwatch/                            the package
 *   FOLDER/gradwatch/inject/sitecustomize.py     what Python runs at its start
 * </pre>
 */
record ReporterPackage(UnpackedFolder folder) implements AutoCloseable {
    static final String FOLDER = "gradwatch-python";
    static final String MEMBER = "gradwatch/inject/sitecustomize.py";

    private static final String INJECTION = "gradwatch/inject";

    /**
     * Finds it unpacked, or unpacks it.
     *
     * @param environment where XDG_CACHE_HOME and HOME are looked up
     * @throws CannotWatch where it can be written nowhere
     */
    static ReporterPackage unpack(Map<String, String> environment) throws CannotWatch {
        try {
            return new ReporterPackage(
                    UnpackedFolder.of("reporter", PackedFiles.read(FOLDER, MEMBER), CacheFolder.of(environment)));
        } catch (IOException e) {
            throw new CannotWatch(e);
        }
    }

    /** The injection first, so that Python finds our {@code sitecustomize} before any other; then the package; then what was there. */
    String pythonPath(@Nullable String before) {
        Path root = folder.path();
        String ours = root.resolve(INJECTION) + File.pathSeparator + root;
        // An empty entry would mean the working folder.
        return before == null || before.isEmpty() ? ours : ours + File.pathSeparator + before;
    }

    @Override
    public void close() {
        folder.close();
    }
}
