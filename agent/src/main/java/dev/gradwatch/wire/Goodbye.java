package dev.gradwatch.wire;

import java.util.List;

/** The process ends in order. A connection that ends without one was lost. */
public final class Goodbye implements Message {
    private final String reason;
    private final List<Progress.Model> models;
    private final Progress.Cost cost;

    public Goodbye(String reason, List<Progress.Model> models, Progress.Cost cost) {
        this.reason = Text.name(reason);
        this.models = List.copyOf(models);
        this.cost = cost;
    }

    @Override
    public void writeTo(FrameBuffer out) {
        Json json =
                new Json(out.begin(FrameKind.GOODBYE)).object().name("reason").value(reason);
        Progress.members(json, models, cost);
        json.endObject();
        out.end();
    }
}
