package dev.gradwatch.collector.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a rank says of itself in Hello.
 *
 * @param group tells launches inside one job apart: torchrun's run id, or master address and port
 * @param attempt torchrun's restart count
 * @param device such as {@code cpu} or {@code cuda:0}
 * @param framework such as {@code torch} or {@code djl}
 * @param frameworkVersion such as {@code 2.13.0+cpu}
 * @param libraries trainer libraries that the process imported, with their versions: lightning, accelerate, transformers, nnunetv2 …
 */
public record RankInfo(
        String group,
        int attempt,
        int worldSize,
        int localRank,
        String host,
        long pid,
        String device,
        @Nullable String deviceUuid,
        String framework,
        String frameworkVersion,
        String language,
        List<String> command,
        Map<String, String> libraries) {
    public RankInfo {
        command = List.copyOf(command);
        libraries = Map.copyOf(libraries);
    }

    /** Whether the rank is a device of a JVM that trains by DJL, and no process of its own. */
    public boolean isDjl() {
        return framework.equals("djl");
    }
}
