package dev.gradwatch.wire;

/** The collector wants the next forward and backward pass of a model probed again. */
public final class Ask implements Message {
    private final int model;

    public Ask(int model) {
        this.model = Limits.check("model", model, 0, Limits.MAX_MODELS - 1);
    }

    @Override
    public void writeTo(FrameBuffer out) {
        Json json = new Json(out.begin(FrameKind.ASK)).object();
        json.name("model").value(model).name("probe").value(true).endObject();
        out.end();
    }
}
