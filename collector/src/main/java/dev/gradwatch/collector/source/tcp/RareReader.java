package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.ModelProgress;
import dev.gradwatch.collector.model.Probe;
import dev.gradwatch.collector.model.RankFailure;
import dev.gradwatch.collector.model.TrainableChange;
import dev.gradwatch.collector.model.WatchCost;
import dev.gradwatch.wire.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the JSON of the small kinds: Change, Probe, Failure, Progress, Goodbye. */
final class RareReader {
    private static final int MAX_FLAGS = 0xFFFF;
    private static final int MAX_LEVEL = 64;

    private RareReader() {}

    /** @param model absent within a ledger */
    record Change(@Nullable Integer model, TrainableChange change) {}

    /** @param reason of a Goodbye; empty in Progress */
    record Progress(List<ModelProgress> models, WatchCost cost, String reason) {}

    static Change change(JsonReader json) throws IOException {
        Integer model = null;
        Long backward = null;
        List<Integer> frozen = List.of();
        List<Integer> unfrozen = List.of();
        json.object("Change");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "model" -> model = json.model();
                case "backward" -> backward = json.count(member);
                case "frozen" -> frozen = json.indices(member, Limits.MAX_PARAMETERS);
                case "unfrozen" -> unfrozen = json.indices(member, Limits.MAX_PARAMETERS);
                default -> json.skip();
            }
        }
        return new Change(model, new TrainableChange(json.required("backward", backward), frozen, unfrozen));
    }

    static Probe probe(JsonReader json) throws IOException {
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

    static RankFailure failure(JsonReader json) throws IOException {
        String type = null;
        String message = "";
        String traceback = "";
        String where = null;
        Integer model = null;
        Long backward = null;
        json.object("Failure");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "type" -> type = json.name(member);
                case "message" -> message = json.text(member, Limits.MAX_TEXT_BYTES);
                case "traceback" -> traceback = json.text(member, Limits.MAX_TEXT_BYTES);
                case "where" -> where = json.name(member);
                case "model" -> model = json.model();
                case "backward" -> backward = json.count(member);
                default -> json.skip();
            }
        }
        return new RankFailure(
                json.required("type", type), message, traceback, json.required("where", where), model, backward);
    }

    static Progress progress(JsonReader json) throws IOException {
        List<ModelProgress> models = List.of();
        WatchCost cost = WatchCost.NONE;
        String reason = "";
        json.object("Progress");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "models" -> models = models(json);
                case "cost" -> cost = cost(json);
                case "reason" -> reason = json.name(member);
                default -> json.skip();
            }
        }
        return new Progress(models, cost, reason);
    }

    private static List<ModelProgress> models(JsonReader json) throws IOException {
        List<ModelProgress> models = new ArrayList<>();
        json.array("models");
        while (json.element()) {
            json.room("models", models.size(), Limits.MAX_MODELS);
            Integer model = null;
            long step = 0;
            long backward = 0;
            long watched = 0;
            long stepNanos = 0;
            int flags = 0;
            json.object("models");
            for (String member = json.member(); member != null; member = json.member()) {
                if (json.isNull()) {
                    continue;
                }
                switch (member) {
                    case "model" -> model = json.model();
                    case "step" -> step = json.count(member);
                    case "backward" -> backward = json.count(member);
                    case "watched" -> watched = json.count(member);
                    case "step_nanos" -> stepNanos = json.count(member);
                    case "flags" -> flags = json.integer(member, 0, MAX_FLAGS);
                    default -> json.skip();
                }
            }
            models.add(new ModelProgress(json.required("model", model), step, backward, watched, stepNanos, flags));
        }
        return models;
    }

    private static WatchCost cost(JsonReader json) throws IOException {
        long watchNanos = 0;
        long wallNanos = 0;
        int level = 0;
        json.object("cost");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "watch_nanos" -> watchNanos = json.count(member);
                case "wall_nanos" -> wallNanos = json.count(member);
                case "level" -> level = json.integer(member, 0, MAX_LEVEL);
                default -> json.skip();
            }
        }
        return new WatchCost(watchNanos, wallNanos, level);
    }
}
