package dev.gradwatch.collector.source.log.follow;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that keeps how far files were read, as JSON; only its owner may read it. It is replaced as a whole, so that who dies while writing leaves
 * the one before. Neither reading nor writing it throws: without it, files are read anew, and that is said.
 *
 * <pre>
 * {"schema":"gradwatch.log-positions/1","files":[
 *   {"path":"/runs/7/stderr.log","key":"(dev=fe00,ino=42)","head":"1024-9ae16a3b2f90404f","offset":4711,"line":40,"seen":1795337991}]}
 * </pre>
 */
final class PositionsFile {
    private static final Logger logger = LoggerFactory.getLogger(PositionsFile.class);

    static final String SCHEMA = "gradwatch.log-positions/1";

    /** Several times what the most files take; what is larger is something else. */
    private static final long MAX_BYTES = 64 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private final Path file;
    private final Path part;
    private boolean toldUnwritten;

    PositionsFile(Path file) {
        this.file = file.toAbsolutePath().normalize();
        this.part = this.file.resolveSibling(this.file.getFileName() + ".part");
    }

    /** What was kept; nothing where there is no file, or none that can be understood. */
    List<KeptFile> read() {
        try {
            long bytes = Files.size(file);
            if (bytes > MAX_BYTES) {
                return unreadable(bytes + " bytes");
            }
            Document document = MAPPER.readValue(file.toFile(), Document.class);
            return SCHEMA.equals(document.schema())
                    ? List.copyOf(document.files())
                    : unreadable("schema " + document.schema());
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (JsonProcessingException | RuntimeException e) {
            logger.debug("Malformed {}", file, e);
            return unreadable("malformed");
        } catch (IOException e) {
            return unreadable(Complaints.reason(e));
        }
    }

    private List<KeptFile> unreadable(String what) {
        logger.warn("logs: {}: {} (expected: {}); all files are read from their beginning", file, what, SCHEMA);
        return List.of();
    }

    void write(List<KeptFile> files) {
        try {
            Files.deleteIfExists(part);
            try (OutputStream out = create(part)) {
                MAPPER.writeValue(out, new Document(SCHEMA, files));
            }
            move();
            toldUnwritten = false;
        } catch (IOException e) {
            if (!toldUnwritten) {
                toldUnwritten = true;
                logger.warn("logs: {}: {} (expected: a file that can be written)", file, Complaints.reason(e));
            }
        }
    }

    private static OutputStream create(Path path) throws IOException {
        boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] mode = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        return Channels.newOutputStream(
                Files.newByteChannel(path, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode));
    }

    private void move() throws IOException {
        try {
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Whether a path, whose folder is no link, is this file: one that is followed would grow by being read. */
    boolean is(Path path) {
        Path name = path.getFileName();
        if (!file.getFileName().equals(name) && !part.getFileName().equals(name)) {
            return false;
        }
        try {
            Path folder = file.toAbsolutePath().getParent();
            return folder != null && folder.toRealPath().equals(path.getParent());
        } catch (IOException e) {
            return false;
        }
    }

    private record Document(String schema, List<KeptFile> files) {}
}
