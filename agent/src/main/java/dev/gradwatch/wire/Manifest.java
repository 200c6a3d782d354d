package dev.gradwatch.wire;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reporter says once of a model that it watches, and again after each reconnect. Fill it with modules, then with parameters, in the
 * framework's order; their places are the indices that every other message uses. Large ones become several frames. One thread at a time.
 */
public final class Manifest implements Message {
    /** JSON bytes of modules and parameters in one frame, beyond which another one begins. */
    private static final int CHUNK_BYTES = 1 << 20;

    /** Notes kept; what could not be seen is said in a few sentences. */
    private static final int MAX_NOTES = 64;

    private final int model;
    private final String name;
    private final String wrapper;
    private final int stateDictKeys;
    private final int chunkBytes;
    private final List<byte[]> modules = new ArrayList<>();
    private final List<byte[]> parameters = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final FrameBuffer scratch = new FrameBuffer();
    private byte @Nullable [] ddp;
    private int total;
    private int untold;

    /**
     * @param model from 0, counted over the job's models
     * @param name the class of the wrapped module
     * @param wrapper {@code DistributedDataParallel} or {@code Module}
     * @param stateDictKeys how many names the model's tensors have when it is saved
     * @throws IllegalArgumentException such as {@code model: 64 (expected: 0-63)}
     */
    public Manifest(int model, String name, String wrapper, int stateDictKeys) {
        this(model, name, wrapper, stateDictKeys, CHUNK_BYTES);
    }

    Manifest(int model, String name, String wrapper, int stateDictKeys, int chunkBytes) {
        this.model = Limits.check("model", model, 0, Limits.MAX_MODELS - 1);
        this.name = Text.name(name);
        this.wrapper = Text.name(wrapper);
        this.stateDictKeys = stateDictKeys;
        this.chunkBytes = chunkBytes;
    }

    /** Adds a module by its dotted name, {@code ""} for the root. */
    public Manifest module(String name, String className) {
        json().object()
                .name("name")
                .value(cut(name))
                .name("class")
                .value(cut(className))
                .endObject();
        modules.add(taken());
        return this;
    }

    /**
     * Adds a parameter tensor; one past {@link Limits#MAX_PARAMETERS} is only counted, and a note says so.
     *
     * @param trainable it took part in training when the model was wrapped
     * @param reduced its gradient is averaged over the ranks
     * @param module index of the owning module
     * @param aliases its other names, where weights are shared
     */
    public Manifest parameter(
            String name,
            int[] shape,
            String dtype,
            boolean trainable,
            boolean reduced,
            int module,
            List<String> aliases) {
        total++;
        if (total > Limits.MAX_PARAMETERS) {
            return this;
        }
        Json json = json().object().name("name").value(cut(name)).name("shape").value(shape);
        json.name("dtype")
                .value(cut(dtype))
                .name("trainable")
                .value(trainable)
                .name("reduced")
                .value(reduced);
        json.name("module").value(module).name("aliases").array();
        for (String alias : aliases) {
            json.value(cut(alias));
        }
        json.endArray().endObject();
        parameters.add(taken());
        return this;
    }

    /** Says that the model has so many more tensors that are not told. */
    public Manifest untold(int more) {
        untold = Limits.check("untold", more, 0, Integer.MAX_VALUE - Limits.MAX_PARAMETERS);
        return this;
    }

    /** Says how DDP was built. Without it the model is a plain one. */
    public Manifest ddp(
            boolean findUnusedParameters,
            boolean staticGraph,
            boolean broadcastBuffers,
            boolean gradientAsBucketView,
            double bucketCapMb,
            boolean commHook) {
        json().object()
                .name("find_unused_parameters")
                .value(findUnusedParameters)
                .name("static_graph")
                .value(staticGraph)
                .name("broadcast_buffers")
                .value(broadcastBuffers)
                .name("gradient_as_bucket_view")
                .value(gradientAsBucketView)
                .name("bucket_cap_mb")
                .value(bucketCapMb)
                .name("comm_hook")
                .value(commHook)
                .endObject();
        ddp = taken();
        return this;
    }

    /** Adds a whole sentence about what could not be seen. */
    public Manifest note(String note) {
        if (notes.size() < MAX_NOTES && !notes.contains(note)) {
            notes.add(Text.message(note));
        }
        return this;
    }

    @Override
    public void writeTo(FrameBuffer out) {
        if (total > Limits.MAX_PARAMETERS) {
            note("the model has " + total + " parameters; those after the first " + Limits.MAX_PARAMETERS
                    + " were not watched");
        }
        List<Chunk> chunks = chunks();
        for (int i = 0; i < chunks.size(); i++) {
            write(out, chunks.get(i), i, chunks.size());
        }
    }

    private void write(FrameBuffer out, Chunk chunk, int index, int chunks) {
        Json json =
                new Json(out.begin(FrameKind.MANIFEST)).object().name("model").value(model);
        json.name("chunk").value(index).name("chunks").value(chunks);
        if (index == 0) {
            json.name("name").value(name).name("wrapper").value(wrapper);
            json.name("parameters_total")
                    .value(total + untold)
                    .name("state_dict_keys")
                    .value(stateDictKeys);
        }
        written(json.name("modules"), chunk.modules);
        written(json.name("parameters"), chunk.parameters);
        if (index == 0) {
            json.name("ddp");
            if (ddp == null) {
                json.value((String) null);
            } else {
                json.written(ddp);
            }
            json.name("notes").value(notes);
        }
        json.endObject();
        out.end();
    }

    private static void written(Json json, List<byte[]> items) {
        json.array();
        items.forEach(json::written);
        json.endArray();
    }

    private List<Chunk> chunks() {
        List<Chunk> chunks = new ArrayList<>();
        Chunk chunk = new Chunk();
        chunks.add(chunk);
        for (byte[] module : modules) {
            chunk = roomFor(module, chunk, chunks);
            chunk.modules.add(module);
        }
        for (byte[] parameter : parameters) {
            chunk = roomFor(parameter, chunk, chunks);
            chunk.parameters.add(parameter);
        }
        return chunks;
    }

    private Chunk roomFor(byte[] item, Chunk chunk, List<Chunk> chunks) {
        Chunk fitting = chunk;
        if (chunk.bytes > 0 && chunk.bytes + item.length > chunkBytes) {
            fitting = new Chunk();
            chunks.add(fitting);
        }
        fitting.bytes += item.length;
        return fitting;
    }

    private String cut(String name) {
        String cut = Text.name(name);
        if (!cut.equals(name)) {
            note("a name is longer than " + Limits.MAX_NAME_BYTES + " bytes and was cut: " + cut.substring(0, 64)
                    + "…");
        }
        return cut;
    }

    private Json json() {
        scratch.clear();
        return new Json(scratch);
    }

    private byte[] taken() {
        return scratch.toByteArray();
    }

    /** What goes into one frame. */
    private static final class Chunk {
        final List<byte[]> modules = new ArrayList<>();
        final List<byte[]> parameters = new ArrayList<>();
        int bytes;
    }
}
