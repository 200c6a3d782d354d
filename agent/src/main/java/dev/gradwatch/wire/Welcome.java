package dev.gradwatch.wire;

/** The collector accepts a Hello. */
public final class Welcome implements Message {
    private final int version;
    private final String collector;
    private final boolean sampleNorms;

    /**
     * @param version that both sides speak from now on
     * @param collector the collector's own version
     * @param sampleNorms whether norms are wanted
     */
    public Welcome(int version, String collector, boolean sampleNorms) {
        this.version = version;
        this.collector = Text.name(collector);
        this.sampleNorms = sampleNorms;
    }

    @Override
    public void writeTo(FrameBuffer out) {
        out.begin(FrameKind.WELCOME).room(Short.BYTES).putShort((short) version);
        Json json = new Json(out)
                .object()
                .name("collector")
                .value(collector)
                .name("limits")
                .object();
        json.name("frame_bytes").value(Limits.MAX_FRAME_BYTES).endObject();
        json.name("sample")
                .object()
                .name("norms")
                .value(sampleNorms)
                .endObject()
                .endObject();
        out.end();
    }
}
