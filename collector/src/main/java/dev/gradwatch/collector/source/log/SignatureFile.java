package dev.gradwatch.collector.source.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Files of signatures: the project's own, a resource, and one that a user may add. Read and checked whole at the start, so that a mistake in one
 * is told before a job runs and not when its message comes.
 */
public final class SignatureFile {
    static final String RESOURCE = "/signatures.json";
    static final String SCHEMA = "gradwatch.signatures/1";

    /** Signatures of one file. */
    static final int MAX_SIGNATURES = 10_000;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** The project's signatures alone. */
    public static Signatures bundled() throws IOException {
        return load(null);
    }

    /**
     * The project's signatures, and a user's.
     *
     * @param own null where there is none
     * @throws IOException in one line with the file, the signature, the bad value and what was expected
     */
    public static Signatures load(@Nullable Path own) throws IOException {
        List<Signature> all = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        try (InputStream resource = SignatureFile.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IOException("signatures: " + RESOURCE + " is missing (expected: in the jar)");
            }
            read("signatures.json", MAPPER.readTree(resource), ids, all);
        }
        if (own != null) {
            read(own.toString(), tree(own), ids, all);
        }
        return new Signatures(all);
    }

    private static JsonNode tree(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return MAPPER.readTree(in);
        } catch (JsonProcessingException e) {
            throw new IOException("signatures: " + file + ": " + e.getOriginalMessage() + " (expected: JSON)", e);
        } catch (IOException e) {
            throw new IOException("signatures: " + file + " (expected: a file that can be read)", e);
        }
    }

    private static void read(String file, JsonNode root, Set<String> ids, List<Signature> into) throws IOException {
        if (!SCHEMA.equals(root.path("schema").asText())) {
            throw new IOException("signatures: " + file + ": schema: "
                    + root.path("schema").asText("none") + " (expected: " + SCHEMA + ")");
        }
        JsonNode list = root.path("signatures");
        if (!list.isArray() || list.size() > MAX_SIGNATURES) {
            throw new IOException("signatures: " + file + ": signatures: " + (list.isArray() ? list.size() : "none")
                    + " (expected: an array of at most " + MAX_SIGNATURES + ")");
        }
        for (JsonNode node : list) {
            try {
                Signature signature = SignatureReader.read(node);
                if (!ids.add(signature.id())) {
                    throw new IllegalArgumentException("id: given twice (expected: one of its own)");
                }
                into.add(signature);
            } catch (IllegalArgumentException e) {
                throw new IOException(
                        "signatures: " + file + ": " + node.path("id").asText("(no id)") + ": " + e.getMessage(), e);
            }
        }
    }

    private SignatureFile() {}
}
