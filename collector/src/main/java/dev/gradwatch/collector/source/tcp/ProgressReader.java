package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.ModelProgress;
import dev.gradwatch.collector.model.WatchCost;
import dev.gradwatch.wire.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads the JSON of Progress, and of Goodbye, which is one with a reason. */
final class ProgressReader {
    private static final int MAX_FLAGS = 0xFFFF;
    private static final int MAX_LEVEL = 64;

    private ProgressReader() {}

    /** @param reason of a Goodbye; empty in Progress */
    record Progress(List<ModelProgress> models, WatchCost cost, String reason) {}

    static Progress read(JsonReader json) throws IOException {
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
