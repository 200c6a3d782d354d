package dev.gradwatch.collector.sink.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The page's files, from the class path's {@code dashboard} folder. Reads them as they are asked for, from memory that the class loader
 * has anyway; Vert.x' own handler would copy them to a folder on the disk first. Blocks.
 */
final class StaticFiles {
    private static final String FOLDER = "dashboard/";

    /** Names without a dot in front: no {@code ..}, nothing hidden, no encoded characters. */
    private static final Pattern PATH =
            Pattern.compile("([A-Za-z0-9_@-][A-Za-z0-9._@-]*/)*[A-Za-z0-9_@-][A-Za-z0-9._@-]*");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "mjs", "text/javascript; charset=utf-8",
            "json", "application/json",
            "svg", "image/svg+xml",
            "png", "image/png",
            "ico", "image/x-icon",
            "woff2", "font/woff2",
            "txt", "text/plain; charset=utf-8");

    private final ClassLoader loader;

    StaticFiles(ClassLoader loader) {
        this.loader = loader;
    }

    /** @param path as the request has it, without prefix and first slash; empty for the page itself */
    Optional<Answer> file(String path) {
        String name = path.isEmpty() ? "index.html" : path;
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type == null || !PATH.matcher(name).matches()) {
            return Optional.empty();
        }
        try (InputStream file = loader.getResourceAsStream(FOLDER + name)) {
            return file == null ? Optional.empty() : Optional.of(Answer.ok(type, file.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(name + ": cannot be read", e);
        }
    }
}
