package dev.gradwatch.collector.source.log;

import dev.gradwatch.collector.model.LogMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/** A message in the making: its first line is seen, and more may come. */
final class Draft {
    /** What of a block's lines is kept for its fields; a block that is longer gives what its beginning holds. */
    static final int MAX_BLOCK_CHARS = 1 << 19;

    final Signature signature;
    final String speaker;
    final Spot start;
    private final Map<String, Object> fields = new LinkedHashMap<>();
    private final Set<Signature.Part> seen = new HashSet<>();
    private final StringBuilder text = new StringBuilder();
    private final @Nullable Integer spokenBy;
    private long endLine;
    private int lines = 1;
    private boolean mayEnd;

    /**
     * Where a line is.
     *
     * @param line from 1
     * @param offset of its first byte in the text
     */
    record Spot(long line, long offset) {}

    Draft(Signature signature, String speaker, @Nullable Integer spokenBy, Spot start, String line) {
        this.signature = signature;
        this.speaker = speaker;
        this.spokenBy = spokenBy;
        this.start = start;
        this.endLine = start.line();
        this.mayEnd = signature.block() == null || signature.block().untilAfter() == null;
        text.append(line);
        Signature.Block block = signature.block();
        if (block != null && block.untilAfter() != null) {
            mayEnd = block.untilAfter().matcher(line).find();
        }
    }

    void read(List<Field> wanted, Matcher found) {
        Field.read(wanted, found, fields);
    }

    /** Takes a later line that was told by itself. */
    void add(Signature.Part part, Matcher found, Spot spot, String line) {
        read(part.probe().fields(), found);
        seen.add(part);
        endLine = Math.max(endLine, spot.line());
        append(line);
    }

    boolean lacks(Signature.Part part) {
        return !seen.contains(part);
    }

    /** The rank that it is about, as far as known. */
    @Nullable
    Integer rank() {
        return fields.get("rank") instanceof Integer number ? number : spokenBy;
    }

    /** Whether its parts are looked for only near it. */
    boolean isNear() {
        return signature.parts().stream().anyMatch(Signature.Part::near);
    }

    /** Takes what the signature wants out of the lines before the first, the nearest one that has it. */
    void lookBack(Supplier<String> preceding) {
        Signature.Before before = signature.before();
        if (before == null) {
            return;
        }
        String[] lines = preceding.get().split("\\R", -1);
        for (int i = lines.length - 1; i >= 0; i--) {
            Matcher matcher = before.pattern().matcher(lines[i]);
            if (matcher.find()) {
                read(before.fields(), matcher);
                return;
            }
        }
    }

    /** The last of its lines so far. */
    long endLine() {
        return endLine;
    }

    /** Whether {@link #offer} may take more. */
    boolean isBlock() {
        return signature.block() != null;
    }

    enum Answer {
        /** Not the block's; it ended before this line. */
        ENDED,
        TAKEN,
        /** Taken, and it was the last. */
        COMPLETE
    }

    /** Offers the next line of the same speaker. */
    Answer offer(Prefixes.Line line, Spot spot) {
        Signature.Block block = signature.block();
        if (block == null || line.stamped() || lines >= block.maxLines()) {
            return Answer.ENDED;
        }
        if (block.whilst() != null && !block.whilst().matcher(line.text()).find()) {
            return Answer.ENDED;
        }
        boolean last = mayEnd
                && block.until() != null
                && block.until().matcher(line.text()).find();
        mayEnd |= block.untilAfter() != null
                && block.untilAfter().matcher(line.text()).find();
        lines++;
        endLine = spot.line();
        append(line.text());
        return last ? Answer.COMPLETE : Answer.TAKEN;
    }

    private void append(String line) {
        if (text.length() < MAX_BLOCK_CHARS) {
            text.append('\n').append(line, 0, Math.min(line.length(), MAX_BLOCK_CHARS - text.length()));
        }
    }

    LogMessage finish(Origin origin) {
        Signature.Block block = signature.block();
        if (block != null) {
            String all = text.toString();
            block.extracts().forEach(extract -> take(extract, all));
        }
        Integer rank = rank();
        String words = text.length() <= LogMessage.MAX_TEXT_CHARS
                ? text.toString()
                : text.substring(0, LogMessage.MAX_TEXT_CHARS) + " …";
        return new LogMessage(
                id(),
                signature.severity(),
                origin.source(),
                start.line(),
                endLine,
                rank != null ? rank : origin.rank(),
                origin.attempt(),
                fields,
                words.stripTrailing(),
                signature.guide());
    }

    private String id() {
        if (signature.alone() != null && seen.isEmpty()) {
            return signature.alone();
        }
        return signature.named() != null && fields.containsKey("param_names") ? signature.named() : signature.id();
    }

    private void take(Signature.Extract extract, String all) {
        Matcher matcher = extract.pattern().matcher(all);
        if (extract.each() != null) {
            List<Map<String, Object>> list = new ArrayList<>();
            while (list.size() < Field.MAX_VALUES && matcher.find()) {
                Map<String, Object> one = new LinkedHashMap<>();
                Field.read(extract.fields(), matcher, one);
                list.add(one);
            }
            fields.put(extract.each(), list);
        } else if (extract.map() != null) {
            Map<String, Object> map = new LinkedHashMap<>();
            while (map.size() < Field.MAX_VALUES && matcher.find()) {
                map.put(matcher.group(1), matcher.group(2));
            }
            fields.put(extract.map(), map);
        } else if (matcher.find()) {
            Field.read(extract.fields(), matcher, fields);
        }
    }
}
