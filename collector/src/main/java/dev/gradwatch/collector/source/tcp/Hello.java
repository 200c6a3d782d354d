package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.RankInfo;
import dev.gradwatch.collector.source.tcp.JobNodes.NodeKey;
import dev.gradwatch.wire.FrameException;
import dev.gradwatch.wire.Limits;
import dev.gradwatch.wire.Versions;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The first frame of a reporter or a node: the versions that it speaks, and, where one of them is ours, who it is. */
final class Hello {
    private static final int MAX_WORDS = 4096;
    private static final int MAX_LIBRARIES = 256;

    final String job;
    final Speaker speaker;
    private final byte @Nullable [] token;

    /** Whose connection it is. */
    sealed interface Speaker {}

    record OfRank(int rank, RankInfo info) implements Speaker {}

    record OfNode(NodeKey key) implements Speaker {}

    private Hello(String job, Speaker speaker, byte @Nullable [] token) {
        this.job = job;
        this.speaker = speaker;
        this.token = token;
    }

    /**
     * Whether it holds the token that is wanted, found out in a time that does not tell how much of it was right.
     *
     * @param wanted its SHA-256: the token itself is nowhere in the collector
     */
    boolean knows(byte[] wanted) {
        return token != null && MessageDigest.isEqual(TokenHash.of(token), wanted);
    }

    /** The two versions of the head, lowest in the low half. */
    static int versions(ByteBuf bytes, int index, int length) {
        if (length < Versions.HEAD_BYTES) {
            throw FrameException.truncated("Hello", length, Versions.HEAD_BYTES);
        }
        int magic = bytes.getIntLE(index);
        if (magic != Versions.MAGIC) {
            throw FrameException.malformed("Hello", String.format("magic: 0x%08X (expected: GRWD)", magic));
        }
        return bytes.getIntLE(index + Integer.BYTES);
    }

    /** The JSON behind the head. */
    static Hello read(ByteBuf bytes, int index, int length) {
        return JsonReader.read(
                "Hello",
                bytes,
                index + Versions.HEAD_BYTES,
                length - Versions.HEAD_BYTES,
                json -> new Draft(json).hello());
    }

    /** The members as they come, in whatever order. */
    private static final class Draft {
        private final JsonReader json;
        private @Nullable String job;
        private String role = "rank";
        private @Nullable String node;
        private @Nullable Integer rank;
        private @Nullable Integer worldSize;
        private @Nullable Long pid;
        private String group = "";
        private int attempt;
        private int localRank;
        private @Nullable String host;
        private String device = "";
        private @Nullable String deviceUuid;
        private String framework = "";
        private String frameworkVersion = "";
        private String language = "";
        private List<String> command = List.of();
        private Map<String, String> libraries = Map.of();
        private byte @Nullable [] token;

        Draft(JsonReader json) {
            this.json = json;
        }

        Hello hello() throws IOException {
            json.object("Hello");
            for (String name = json.member(); name != null; name = json.member()) {
                if (json.isNull()) {
                    continue;
                }
                switch (name) {
                    case "job" -> job = json.name(name);
                    case "role" -> role = json.name(name);
                    case "node" -> node = json.name(name);
                    case "rank" -> rank = json.integer(name, 0, Limits.MAX_RANKS - 1);
                    case "world_size" -> worldSize = json.integer(name, 1, Limits.MAX_RANKS);
                    case "pid" -> pid = json.number(name, 0, Long.MAX_VALUE);
                    case "group" -> group = json.name(name);
                    case "attempt" -> attempt = json.integer(name, 0, Integer.MAX_VALUE);
                    case "local_rank" -> localRank = json.integer(name, 0, Limits.MAX_RANKS - 1);
                    case "host" -> host = json.name(name);
                    case "device" -> device = json.name(name);
                    case "device_uuid" -> deviceUuid = json.name(name);
                    case "framework" -> framework = json.name(name);
                    case "framework_version" -> frameworkVersion = json.name(name);
                    case "language" -> language = json.name(name);
                    case "command" -> command = json.names(name, MAX_WORDS);
                    case "libraries" -> libraries = versions();
                    case "token" -> token = json.secret(name);
                    default -> json.skip();
                }
            }
            String id = json.required("job", job);
            if (id.isEmpty()) {
                throw json.malformed("job: empty (expected: a name)");
            }
            Speaker speaker = switch (role) {
                case "rank" -> rank();
                case "node" -> node();
                default -> throw json.malformed("role: " + role + " (expected: rank or node)");
            };
            return new Hello(id, speaker, token);
        }

        private Speaker rank() {
            return new OfRank(
                    json.required("rank", rank),
                    new RankInfo(
                            group,
                            attempt,
                            json.required("world_size", worldSize),
                            localRank,
                            host == null ? "" : host,
                            json.required("pid", pid),
                            device,
                            deviceUuid,
                            framework,
                            frameworkVersion,
                            language,
                            command,
                            libraries));
        }

        private Speaker node() {
            String name = json.required("host", host);
            String called = node == null || node.isEmpty() ? name : node;
            if (called.isEmpty()) {
                throw json.malformed("node: empty (expected: a name)");
            }
            return new OfNode(new NodeKey(called, json.required("pid", pid)));
        }

        private Map<String, String> versions() throws IOException {
            Map<String, String> versions = new LinkedHashMap<>();
            json.object("libraries");
            for (String name = json.member(); name != null; name = json.member()) {
                json.room("libraries", versions.size(), MAX_LIBRARIES);
                versions.put(name, json.isNull() ? "" : json.name("libraries"));
            }
            return versions;
        }
    }
}
