package dev.gradwatch.collector.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The Java agent, unpacked where JVMs can load it. */
record AgentJar(UnpackedFolder folder) implements AutoCloseable {
    static final String FOLDER = "gradwatch-agent";
    static final String MEMBER = "gradwatch-agent.jar";

    /** Names the jar to scripts and build tools that start JVMs themselves. */
    static final String VARIABLE = "GRADWATCH_AGENT";

    /** What to say where {@link #unpack} found none. */
    static final String MISSING =
            "agent: this build holds no " + MEMBER + " (expected: the whole build, ./mvnw package)";

    /**
     * Finds it unpacked, or unpacks it.
     *
     * @param environment where XDG_CACHE_HOME and HOME are looked up
     * @return null where this build holds none
     * @throws CannotWatch where it can be written nowhere
     */
    static @Nullable AgentJar unpack(Map<String, String> environment) throws CannotWatch {
        if (AgentJar.class.getClassLoader().getResource(FOLDER + "/" + MEMBER) == null) {
            return null;
        }
        try {
            return new AgentJar(
                    UnpackedFolder.of("agent", PackedFiles.read(FOLDER, MEMBER), CacheFolder.of(environment)));
        } catch (IOException e) {
            throw new CannotWatch(e);
        }
    }

    Path path() {
        return folder.path().resolve(MEMBER);
    }

    @Override
    public void close() {
        folder.close();
    }
}
