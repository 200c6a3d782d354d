package dev.gradwatch.wire;

/** The collector does not listen to this reporter, and closes. The reporter says why once and does not come back. */
public final class Refused implements Message {
    private final String reason;

    /** @param reason with the bad value and the expectation, such as {@code version: 7-9 (expected: 1)}; never a secret */
    public Refused(String reason) {
        this.reason = Text.name(reason);
    }

    @Override
    public void writeTo(FrameBuffer out) {
        Json json =
                new Json(out.begin(FrameKind.REFUSED)).object().name("reason").value(reason);
        json.name("speaks").value(new int[] {Versions.MIN, Versions.MAX}).endObject();
        out.end();
    }
}
