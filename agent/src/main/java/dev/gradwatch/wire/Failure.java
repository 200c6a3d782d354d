package dev.gradwatch.wire;

import org.jspecify.annotations.Nullable;

/** An exception of the training process. */
public final class Failure implements Message {
    private final String type;
    private final String message;
    private final String traceback;
    private final String where;
    private final @Nullable Integer model;
    private final @Nullable Long backward;

    /**
     * @param type such as {@code java.lang.IllegalStateException}
     * @param message cut in the middle where it is very long, as is the traceback
     * @param where {@code forward}, {@code backward}, {@code optimizer} or {@code uncaught}
     * @param model null where it belongs to none
     * @param backward passes completed when it came; null where it belongs to no model
     */
    public Failure(
            String type,
            String message,
            String traceback,
            String where,
            @Nullable Integer model,
            @Nullable Long backward) {
        this.type = Text.name(type);
        this.message = Text.message(message);
        this.traceback = Text.message(traceback);
        this.where = where;
        this.model = model;
        this.backward = backward;
    }

    @Override
    public void writeTo(FrameBuffer out) {
        Json json = new Json(out.begin(FrameKind.FAILURE)).object().name("type").value(type);
        json.name("message").value(message).name("traceback").value(traceback);
        json.name("where").value(where);
        if (model != null) {
            json.name("model").value(model);
        }
        if (backward != null) {
            json.name("backward").value(backward);
        }
        json.endObject();
        out.end();
    }
}
