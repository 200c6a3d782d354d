package dev.gradwatch.wire;

/** Parameters were frozen or unfrozen after the wrap. Holds the arrays that it is given, without a copy. */
public final class Change implements Message {
    private final int model;
    private final long backward;
    private final int[] frozen;
    private final int[] unfrozen;

    /**
     * @param backward the first pass that the change applies to, as far as seen
     * @param frozen indices of the parameters that went off
     * @param unfrozen indices of those that went on
     */
    public Change(int model, long backward, int[] frozen, int[] unfrozen) {
        this.model = Limits.check("model", model, 0, Limits.MAX_MODELS - 1);
        this.backward = backward;
        this.frozen = frozen;
        this.unfrozen = unfrozen;
    }

    @Override
    public void writeTo(FrameBuffer out) {
        Json json = new Json(out.begin(FrameKind.CHANGE)).object().name("model").value(model);
        members(json).endObject();
        out.end();
    }

    /** As it stands in a ledger, which names the model once for all. */
    void writeTo(Json json) {
        members(json.object()).endObject();
    }

    private Json members(Json json) {
        return json.name("backward")
                .value(backward)
                .name("frozen")
                .value(frozen)
                .name("unfrozen")
                .value(unfrozen);
    }
}
