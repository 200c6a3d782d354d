package dev.gradwatch.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The frame Message: what a node recognised in what a job printed there, and how far it read. One thread at a time. */
public final class Messages implements Message {
    /** UTF-8 bytes of messages in one frame, far below what a frame may have. */
    private static final int FULL_BYTES = 256 << 10;

    private final List<byte[]> messages = new ArrayList<>();
    private final List<byte[]> read = new ArrayList<>();
    private final FrameBuffer scratch = new FrameBuffer();
    private int bytes;

    /**
     * Adds a message; its texts are cut where they are very long.
     *
     * @param source the text that it stands in, as the node names it
     * @param rank that speaks or that it is about; null where the text does not say
     * @param attempt the launcher's count of restarts
     * @param fields texts, whole numbers, floating point numbers, booleans, lists and maps of these; a value that is none is written as its text
     * @param guide what it means, the fix, and the trap
     */
    public Messages message(
            String id,
            String severity,
            String source,
            long line,
            long endLine,
            @Nullable Integer rank,
            int attempt,
            Map<String, ?> fields,
            String text,
            Guide guide) {
        scratch.clear();
        Json json = new Json(scratch).object().name("id").value(Text.name(id));
        json.name("severity").value(severity).name("source").value(Text.name(source));
        json.name("line").value(line).name("end_line").value(endLine).name("rank");
        if (rank == null) {
            json.value((String) null);
        } else {
            json.value(rank);
        }
        json.name("attempt").value(attempt).name("fields");
        new FieldValues(json).write(fields);
        json.name("text").value(Text.message(text));
        guide.writeTo(json.name("guide"));
        json.endObject();
        add(messages);
        return this;
    }

    /** Says that a text was read so far. */
    public Messages read(String source, long lines) {
        scratch.clear();
        new Json(scratch)
                .object()
                .name("source")
                .value(Text.name(source))
                .name("lines")
                .value(lines)
                .endObject();
        add(read);
        return this;
    }

    private void add(List<byte[]> to) {
        bytes += scratch.size();
        to.add(scratch.toByteArray());
    }

    /** Whether the next message belongs into a frame of its own. */
    public boolean isFull() {
        return bytes >= FULL_BYTES || messages.size() >= Limits.MAX_MESSAGES || read.size() >= Limits.MAX_MESSAGES;
    }

    /** Whether nothing was added; such a one only says that the node is there. */
    public boolean isEmpty() {
        return messages.isEmpty() && read.isEmpty();
    }

    @Override
    public void writeTo(FrameBuffer out) {
        Json json = new Json(out.begin(FrameKind.MESSAGE)).object();
        written(json.name("messages"), messages);
        written(json.name("read"), read);
        json.endObject();
        out.end();
    }

    private static void written(Json json, List<byte[]> items) {
        json.array();
        items.forEach(json::written);
        json.endArray();
    }

    /** What a signature's author says of such a message. */
    public static final class Guide {
        private final String means;
        private final String fix;
        private final String trap;

        public Guide(String means, String fix, String trap) {
            this.means = Text.message(means);
            this.fix = Text.message(fix);
            this.trap = Text.message(trap);
        }

        private void writeTo(Json json) {
            json.object().name("means").value(means).name("fix").value(fix);
            json.name("trap").value(trap).endObject();
        }
    }
}
