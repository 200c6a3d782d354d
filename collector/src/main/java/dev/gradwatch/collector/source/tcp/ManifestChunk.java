package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.Manifest.DdpSettings;
import dev.gradwatch.collector.model.Manifest.Module;
import dev.gradwatch.collector.model.Manifest.Parameter;
import dev.gradwatch.wire.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One frame of a manifest. What only chunk 0 says is null or empty in the others. */
record ManifestChunk(
        int model,
        int chunk,
        int chunks,
        @Nullable String name,
        @Nullable String wrapper,
        @Nullable Integer parametersTotal,
        int stateDictKeys,
        List<Module> modules,
        List<Parameter> parameters,
        @Nullable DdpSettings ddp,
        List<String> notes) {
    /** Chunks of one manifest at most. */
    static final int MAX_CHUNKS = 4096;

    /** Modules of a model at most: those that own parameters, and those above them. */
    static final int MAX_MODULES = 2 * Limits.MAX_PARAMETERS;

    private static final int MAX_DIMENSIONS = 64;
    private static final int MAX_ALIASES = 4096;
    private static final int MAX_NOTES = 256;

    static ManifestChunk read(JsonReader json) throws IOException {
        Integer model = null;
        Integer chunk = null;
        Integer chunks = null;
        String name = null;
        String wrapper = null;
        Integer parametersTotal = null;
        int stateDictKeys = 0;
        List<Module> modules = List.of();
        List<Parameter> parameters = List.of();
        DdpSettings ddp = null;
        List<String> notes = List.of();
        json.object("Manifest");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "model" -> model = json.model();
                case "chunk" -> chunk = json.integer(member, 0, MAX_CHUNKS - 1);
                case "chunks" -> chunks = json.integer(member, 1, MAX_CHUNKS);
                case "name" -> name = json.name(member);
                case "wrapper" -> wrapper = json.name(member);
                case "parameters_total" -> parametersTotal = json.integer(member, 0, Integer.MAX_VALUE);
                case "state_dict_keys" -> stateDictKeys = json.integer(member, 0, Integer.MAX_VALUE);
                case "modules" -> modules = modules(json);
                case "parameters" -> parameters = parameters(json);
                case "ddp" -> ddp = ddp(json);
                case "notes" -> notes = notes(json);
                default -> json.skip();
            }
        }
        return new ManifestChunk(
                json.required("model", model),
                json.required("chunk", chunk),
                json.required("chunks", chunks),
                name,
                wrapper,
                parametersTotal,
                stateDictKeys,
                modules,
                parameters,
                ddp,
                notes);
    }

    private static List<Module> modules(JsonReader json) throws IOException {
        List<Module> modules = new ArrayList<>();
        json.array("modules");
        while (json.element()) {
            json.room("modules", modules.size(), MAX_MODULES);
            String name = null;
            String className = null;
            json.object("modules");
            for (String member = json.member(); member != null; member = json.member()) {
                switch (member) {
                    case "name" -> name = json.name(member);
                    case "class" -> className = json.name(member);
                    default -> json.skip();
                }
            }
            modules.add(new Module(json.required("name", name), json.required("class", className)));
        }
        return modules;
    }

    private static List<Parameter> parameters(JsonReader json) throws IOException {
        List<Parameter> parameters = new ArrayList<>();
        json.array("parameters");
        while (json.element()) {
            json.room("parameters", parameters.size(), Limits.MAX_PARAMETERS);
            parameters.add(parameter(json));
        }
        return parameters;
    }

    private static Parameter parameter(JsonReader json) throws IOException {
        String name = null;
        List<Integer> shape = null;
        String dtype = null;
        Boolean trainable = null;
        Boolean reduced = null;
        Integer module = null;
        List<String> aliases = List.of();
        json.object("parameters");
        for (String member = json.member(); member != null; member = json.member()) {
            switch (member) {
                case "name" -> name = json.name(member);
                case "shape" -> shape = shape(json);
                case "dtype" -> dtype = json.name(member);
                case "trainable" -> trainable = json.flag(member);
                case "reduced" -> reduced = json.flag(member);
                case "module" -> module = json.integer(member, 0, MAX_MODULES - 1);
                case "aliases" -> aliases = json.names(member, MAX_ALIASES);
                default -> json.skip();
            }
        }
        return new Parameter(
                json.required("name", name),
                json.required("shape", shape),
                json.required("dtype", dtype),
                json.required("trainable", trainable),
                json.required("reduced", reduced),
                json.required("module", module),
                aliases);
    }

    private static List<Integer> shape(JsonReader json) throws IOException {
        List<Integer> shape = new ArrayList<>();
        json.array("shape");
        while (json.element()) {
            json.room("shape", shape.size(), MAX_DIMENSIONS);
            shape.add(json.integer("shape", 0, Integer.MAX_VALUE));
        }
        return shape;
    }

    private static DdpSettings ddp(JsonReader json) throws IOException {
        boolean findUnusedParameters = false;
        boolean staticGraph = false;
        boolean broadcastBuffers = true;
        boolean gradientAsBucketView = false;
        double bucketCapMb = 25;
        boolean commHook = false;
        json.object("ddp");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "find_unused_parameters" -> findUnusedParameters = json.flag(member);
                case "static_graph" -> staticGraph = json.flag(member);
                case "broadcast_buffers" -> broadcastBuffers = json.flag(member);
                case "gradient_as_bucket_view" -> gradientAsBucketView = json.flag(member);
                case "bucket_cap_mb" -> bucketCapMb = json.real(member);
                case "comm_hook" -> commHook = json.flag(member);
                default -> json.skip();
            }
        }
        return new DdpSettings(
                findUnusedParameters, staticGraph, broadcastBuffers, gradientAsBucketView, bucketCapMb, commHook);
    }

    private static List<String> notes(JsonReader json) throws IOException {
        List<String> notes = new ArrayList<>();
        json.array("notes");
        while (json.element()) {
            json.room("notes", notes.size(), MAX_NOTES);
            notes.add(json.text("notes", Limits.MAX_TEXT_BYTES));
        }
        return notes;
    }
}
