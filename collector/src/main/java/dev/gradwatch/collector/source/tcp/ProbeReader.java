package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.Probe;
import dev.gradwatch.wire.Limits;
import java.io.IOException;
import java.util.BitSet;

/** Reads a Probe's JSON. */
final class ProbeReader {
    private ProbeReader() {}

    static Probe read(JsonReader json) throws IOException {
        Integer model = null;
        Long backward = null;
        BitSet ran = null;
        BitSet hidden = new BitSet();
        BitSet reachesOutput = null;
        BitSet reachesLoss = null;
        boolean reentrantCheckpoint = false;
        int nodes = 0;
        boolean truncated = false;
        json.object("Probe");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "model" -> model = json.model();
                case "backward" -> backward = json.count(member);
                case "ran" -> ran = json.bits(member, ManifestChunk.MAX_MODULES);
                case "hidden" -> hidden = json.bits(member, ManifestChunk.MAX_MODULES);
                case "reaches_output" -> reachesOutput = json.bits(member, Limits.MAX_PARAMETERS);
                case "reaches_loss" -> reachesLoss = json.bits(member, Limits.MAX_PARAMETERS);
                case "reentrant_checkpoint" -> reentrantCheckpoint = json.flag(member);
                case "nodes" -> nodes = json.integer(member, 0, Integer.MAX_VALUE);
                case "truncated" -> truncated = json.flag(member);
                default -> json.skip();
            }
        }
        return new Probe(
                json.required("model", model),
                json.required("backward", backward),
                json.required("ran", ran),
                hidden,
                reachesOutput,
                reachesLoss,
                reentrantCheckpoint,
                nodes,
                truncated);
    }
}
