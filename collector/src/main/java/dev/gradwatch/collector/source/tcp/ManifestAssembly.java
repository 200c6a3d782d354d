package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.Manifest.Module;
import dev.gradwatch.collector.model.Manifest.Parameter;
import dev.gradwatch.wire.FrameException;
import dev.gradwatch.wire.Limits;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts a connection's manifests together from their chunks, one manifest at a time: a chunk 0 begins anew, and a chunk that is not the next
 * one throws away what was there. Bounded by {@link #MAX_BYTES}. On the connection's event loop.
 */
final class ManifestAssembly {
    /** Bytes of JSON in all chunks of one manifest. */
    private static final long MAX_BYTES = 128L << 20;

    private final List<Module> modules = new ArrayList<>();
    private final List<Parameter> parameters = new ArrayList<>();
    private @Nullable ManifestChunk first;
    private int next;
    private long bytes;

    /** Bytes of JSON that wait for the rest of their manifest. */
    long waitingBytes() {
        return first == null ? 0 : bytes;
    }

    /**
     * Takes a chunk.
     *
     * @return the manifest where this was its last chunk; null before
     * @throws FrameException where the chunk does not fit those before
     */
    @Nullable
    Manifest add(ManifestChunk chunk, int chunkBytes) {
        try {
            return added(chunk, chunkBytes);
        } catch (FrameException e) {
            forget();
            throw e;
        }
    }

    private @Nullable Manifest added(ManifestChunk chunk, int chunkBytes) {
        if (chunk.chunk() == 0) {
            forget();
            first = chunk;
        }
        ManifestChunk head = first;
        if (head == null || chunk.chunk() != next) {
            throw malformed("chunk: " + chunk.chunk() + " (expected: " + (head == null ? 0 : next) + ")");
        }
        if (chunk.model() != head.model()) {
            throw malformed("model: " + chunk.model() + " (expected: " + head.model() + ", until its last chunk)");
        }
        if (chunk.chunks() != head.chunks() || chunk.chunk() >= chunk.chunks()) {
            throw malformed("chunks: " + chunk.chunks() + " in chunk " + chunk.chunk() + " (expected: "
                    + Math.max(head.chunks(), chunk.chunk() + 1) + ")");
        }
        next++;
        bytes += chunkBytes;
        within("bytes", bytes, MAX_BYTES);
        modules.addAll(chunk.modules());
        within("modules", modules.size(), ManifestChunk.MAX_MODULES);
        parameters.addAll(chunk.parameters());
        within("parameters", parameters.size(), Limits.MAX_PARAMETERS);
        if (next < head.chunks()) {
            return null;
        }
        Manifest manifest = whole(head);
        forget();
        return manifest;
    }

    private Manifest whole(ManifestChunk head) {
        if (head.name() == null) {
            throw malformed("name: missing (expected: it)");
        }
        if (head.wrapper() == null) {
            throw malformed("wrapper: missing (expected: it)");
        }
        int total = head.parametersTotal() == null ? parameters.size() : head.parametersTotal();
        if (total < parameters.size()) {
            throw malformed("parameters_total: " + total + " (expected: at least " + parameters.size() + ")");
        }
        for (Parameter parameter : parameters) {
            if (parameter.module() >= modules.size()) {
                throw malformed("module: " + parameter.module() + " (expected: one of " + modules.size() + ")");
            }
        }
        return new Manifest(
                head.model(),
                head.name(),
                head.wrapper(),
                total,
                head.stateDictKeys(),
                modules,
                parameters,
                head.ddp(),
                head.notes());
    }

    /** Throws away what waits for its rest. */
    void forget() {
        first = null;
        next = 0;
        bytes = 0;
        modules.clear();
        parameters.clear();
    }

    private static void within(String name, long value, long most) {
        if (value > most) {
            throw malformed(name + ": " + value + " (expected: at most " + most + ")");
        }
    }

    private static FrameException malformed(String problem) {
        return FrameException.malformed("Manifest", problem);
    }
}
