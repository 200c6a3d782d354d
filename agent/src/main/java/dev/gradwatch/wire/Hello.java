package dev.gradwatch.wire;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A reporter, or a node, says who it is, first on every connection. What is not set is left out. One thread at a time. */
public final class Hello implements Message {
    /** UTF-8 bytes of the command's words together, which keeps a Hello below {@link Limits#MAX_HELLO_BYTES}. */
    static final int MAX_COMMAND_BYTES = 16 << 10;

    /** Libraries named at most, for the same reason. */
    private static final int MAX_LIBRARIES = 8;

    private final String job;
    /** Null where a node speaks. */
    private final @Nullable Integer rank;

    private final int worldSize;
    private final long pid;
    private @Nullable String node;
    private @Nullable String group;
    private @Nullable Integer attempt;
    private @Nullable Integer localRank;
    private @Nullable String host;
    private @Nullable String device;
    private @Nullable String deviceUuid;
    private @Nullable String framework;
    private @Nullable String frameworkVersion;
    private @Nullable String language;
    private @Nullable String reporter;
    private @Nullable List<String> command;
    private @Nullable Map<String, String> libraries;
    private @Nullable String token;

    /** @throws IllegalArgumentException such as {@code rank: 70000 (expected: 0-65535)} */
    public Hello(String job, int rank, int worldSize, long pid) {
        this.job = Text.name(job);
        this.rank = Limits.check("rank", rank, 0, Limits.MAX_RANKS - 1);
        this.worldSize = Limits.check("world_size", worldSize, 1, Limits.MAX_RANKS);
        this.pid = pid;
    }

    private Hello(String job, long pid) {
        this.job = Text.name(job);
        this.rank = null;
        this.worldSize = 0;
        this.pid = pid;
    }

    /**
     * A node connection's, which speaks of what a job printed on a node and of the command that runs it there.
     *
     * @param node its name, unlike that of every other node of the job
     */
    public static Hello ofNode(String job, String node, String host, long pid) {
        Hello hello = new Hello(job, pid);
        hello.node = Text.name(node);
        hello.host = Text.name(host);
        return hello;
    }

    /** Tells launches inside one job apart: torchrun's run id, or master address and port. */
    public Hello group(String group) {
        this.group = Text.name(group);
        return this;
    }

    /** The launcher's count of restarts. */
    public Hello attempt(int attempt) {
        this.attempt = attempt;
        return this;
    }

    public Hello host(String host, int localRank) {
        this.host = Text.name(host);
        this.localRank = localRank;
        return this;
    }

    public Hello device(String device, @Nullable String uuid) {
        this.device = Text.name(device);
        this.deviceUuid = uuid == null ? null : Text.name(uuid);
        return this;
    }

    public Hello framework(String framework, String version) {
        this.framework = Text.name(framework);
        this.frameworkVersion = Text.name(version);
        return this;
    }

    /** Such as {@code java 17.0.12}. */
    public Hello language(String language) {
        this.language = Text.name(language);
        return this;
    }

    /** The reporter's own version. */
    public Hello reporter(String version) {
        this.reporter = Text.name(version);
        return this;
    }

    /** The process' command, cut where it is very long. */
    public Hello command(List<String> words) {
        command = Text.words(words, MAX_COMMAND_BYTES);
        return this;
    }

    /** Trainer libraries that the process has loaded, with their versions; the first few by name. */
    public Hello libraries(Map<String, String> versions) {
        Map<String, String> kept = new TreeMap<>();
        for (Map.Entry<String, String> library : new TreeMap<>(versions).entrySet()) {
            if (kept.size() < MAX_LIBRARIES) {
                kept.put(Text.name(library.getKey()), Text.name(library.getValue()));
            }
        }
        libraries = kept;
        return this;
    }

    /** What the collector wants to hear before it listens; null where it wants nothing. */
    public Hello token(@Nullable String token) {
        this.token = token;
        return this;
    }

    @Override
    public void writeTo(FrameBuffer out) {
        out.begin(FrameKind.HELLO)
                .room(Versions.HEAD_BYTES)
                .putInt(Versions.MAGIC)
                .putShort((short) Versions.MIN)
                .putShort((short) Versions.MAX);
        Json json = new Json(out).object().name("job").value(job);
        if (node != null) {
            json.name("role").value("node").name("node").value(node);
        }
        member(json, "group", group);
        member(json, "attempt", attempt);
        if (rank != null) {
            json.name("rank").value(rank).name("world_size").value(worldSize);
        }
        member(json, "local_rank", localRank);
        member(json, "host", host);
        json.name("pid").value(pid);
        member(json, "device", device);
        member(json, "device_uuid", deviceUuid);
        member(json, "framework", framework);
        member(json, "framework_version", frameworkVersion);
        member(json, "language", language);
        member(json, "reporter", reporter);
        if (command != null) {
            json.name("command").value(command);
        }
        if (libraries != null) {
            json.name("libraries").object();
            libraries.forEach((name, version) -> json.name(name).value(version));
            json.endObject();
        }
        member(json, "token", token);
        json.endObject();
        out.end(Limits.MAX_HELLO_BYTES);
    }

    private static void member(Json json, String name, @Nullable String value) {
        if (value != null) {
            json.name(name).value(value);
        }
    }

    private static void member(Json json, String name, @Nullable Integer value) {
        if (value != null) {
            json.name(name).value(value);
        }
    }
}
