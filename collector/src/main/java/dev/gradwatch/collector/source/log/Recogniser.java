package dev.gradwatch.collector.source.log;

import dev.gradwatch.collector.model.LogMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * Lines in, messages out. Of a text's lines it needs those that hold a literal, and, while {@link #wantsLines}, all.
 *
 * <p>A message of several lines is put together a speaker each: its block ends with the first line of the same speaker that is no part of it,
 * whatever other ranks write in between. One thread at a time.
 */
final class Recogniser {
    /** A message waits for more of it over so many lines, and no longer: it comes within one write. */
    static final int MAX_WAIT_LINES = 200;

    /** Messages under way; past it the oldest is given out as it stands. */
    static final int MAX_OPEN = 256;

    private static final int MAX_FINDS_IN_A_LINE = 16;
    private static final String SPAWNED = "spawn.exc";

    private final Signatures signatures;
    private final Origin origin;
    private final Consumer<LogMessage> to;
    private final List<Draft> open = new ArrayList<>();
    private final Tracebacks tracebacks = new Tracebacks();
    private final Containers containers = new Containers();
    /** Of the open ones, those that may take any line. */
    private int blocks;
    /** Likewise those whose parts are looked for only near. */
    private int nears;

    Recogniser(Signatures signatures, Origin origin, Consumer<LogMessage> to) {
        this.signatures = signatures;
        this.origin = origin;
        this.to = to;
    }

    /** Whether the next line matters whatever it holds. */
    boolean wantsLines() {
        return blocks > 0 || nears > 0 || tracebacks.waiting() || containers.isOpen();
    }

    /** The earliest line that is not settled; null where all are. */
    Draft.@Nullable Spot earliest() {
        Draft.Spot earliest = tracebacks.earliest();
        for (Draft draft : open) {
            if (earliest == null || draft.start.offset() < earliest.offset()) {
                earliest = draft.start;
            }
        }
        return earliest;
    }

    /**
     * A line without its line end, from {@code from} to {@code to}. A progress bar's carriage returns make it several.
     *
     * @param preceding a few hundred bytes that stand before it
     */
    void line(byte[] text, int from, int to, Draft.Spot spot, Supplier<String> preceding) {
        int end = to > from && text[to - 1] == '\r' ? to - 1 : to;
        int start = from;
        for (int at = from; at < end; at++) {
            if (text[at] == '\r') {
                segment(text, start, at, spot, preceding);
                start = at + 1;
            }
        }
        segment(text, start, end, spot, preceding);
    }

    private void segment(byte[] bytes, int from, int to, Draft.Spot spot, Supplier<String> preceding) {
        String whole = containers.unpack(PlainText.of(bytes, from, to));
        if (whole == null) {
            return;
        }
        List<Signatures.Target> targets =
                containers.repacked() ? targetsOf(whole) : signatures.targets(bytes, from, to);
        for (String text : whole.split("\n", -1)) {
            Prefixes.Line line = signatures.prefixes().strip(text);
            settleOverdue(spot);
            String group = offerToBlocks(line, spot);
            if (group == null) {
                tracebacks.line(line, spot, origin, this.to);
            }
            List<Draft> heads = heads(targets, line, spot, group);
            heads.forEach(draft -> draft.lookBack(preceding));
            open.addAll(heads);
            parts(targets, line, spot);
            heads.stream()
                    .filter(draft -> draft.signature.parts().isEmpty() && !draft.isBlock())
                    .forEach(this::give);
            count();
        }
        while (open.size() > MAX_OPEN) {
            give(open.get(0));
        }
    }

    private void count() {
        blocks = (int) open.stream().filter(Draft::isBlock).count();
        nears = (int) open.stream().filter(Draft::isNear).count();
    }

    private List<Signatures.Target> targetsOf(String text) {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return signatures.targets(bytes, 0, bytes.length);
    }

    private void settleOverdue(Draft.Spot spot) {
        if (!open.isEmpty()) {
            for (Draft draft : List.copyOf(open)) {
                if (spot.line() - draft.endLine() > MAX_WAIT_LINES) {
                    give(draft);
                }
            }
        }
    }

    /** The group of the block that took the line; null where none did. */
    private @Nullable String offerToBlocks(Prefixes.Line line, Draft.Spot spot) {
        if (blocks == 0) {
            return null;
        }
        String group = null;
        for (Draft draft : List.copyOf(open)) {
            if (!draft.isBlock() || !draft.speaker.equals(line.speaker())) {
                continue;
            }
            switch (draft.offer(line, spot)) {
                case ENDED -> give(draft);
                case COMPLETE -> {
                    group = group(draft.signature.id());
                    give(draft);
                }
                case TAKEN -> group = group(draft.signature.id());
            }
        }
        return group;
    }

    private static String group(String id) {
        int dot = id.indexOf('.');
        return dot < 0 ? id : id.substring(0, dot);
    }

    /** First lines of messages; none of the group whose block the line belongs to, since that says the same. */
    private List<Draft> heads(
            List<Signatures.Target> targets, Prefixes.Line line, Draft.Spot spot, @Nullable String inBlockOf) {
        Set<String> ids = new HashSet<>();
        List<Draft> ordered = new ArrayList<>();
        for (Signatures.Target target : targets) {
            Signature signature = target.signature();
            if (target.part() != null || group(signature.id()).equals(inBlockOf)) {
                continue;
            }
            Matcher matcher = target.probe().pattern().matcher(line.text());
            for (int n = 0; n < MAX_FINDS_IN_A_LINE && matcher.find(); n++) {
                Draft draft = new Draft(signature, line.speaker(), rankOf(line), spot, line.text());
                draft.read(target.probe().fields(), matcher);
                ids.add(signature.id());
                ordered.add(draft);
            }
        }
        if (!ordered.isEmpty()) {
            for (Draft former : open) {
                if (former.isNear() && former.speaker.equals(line.speaker())) {
                    ids.add(former.signature.id());
                }
            }
            ordered.removeIf(draft -> draft.signature.unless().stream().anyMatch(ids::contains));
        }
        for (Draft draft : ordered) {
            if (draft.signature.serial()) {
                closeFormer(draft);
            }
            if (draft.signature.id().equals(SPAWNED) && draft.rank() != null) {
                tracebacks.announce(draft.rank());
            }
        }
        return ordered;
    }

    private static @Nullable Integer rankOf(Prefixes.Line line) {
        return line.rank() != null ? line.rank() : line.localRank() != null ? line.localRank() : line.task();
    }

    private void closeFormer(Draft next) {
        for (Draft draft : List.copyOf(open)) {
            if (draft.signature.id().equals(next.signature.id()) && draft.speaker.equals(next.speaker)) {
                give(draft);
            }
        }
    }

    private void parts(List<Signatures.Target> targets, Prefixes.Line line, Draft.Spot spot) {
        for (Signatures.Target target : targets) {
            Signature.Part part = target.part();
            if (part == null) {
                continue;
            }
            Matcher matcher = part.probe().pattern().matcher(line.text());
            for (int n = 0; n < MAX_FINDS_IN_A_LINE && matcher.find(); n++) {
                Draft draft = receiver(target.signature(), part, matcher, line);
                if (draft != null) {
                    draft.add(part, matcher, spot, line.text());
                    if (part.last()) {
                        give(draft);
                    }
                }
            }
        }
    }

    /** The open message that a part belongs to: of its rank, else the oldest that lacks it and is of no other rank. */
    private @Nullable Draft receiver(Signature signature, Signature.Part part, Matcher found, Prefixes.Line line) {
        Map<String, Object> said = new HashMap<>();
        Field.read(part.probe().fields(), found, said);
        Integer rank = said.get("rank") instanceof Integer number ? number : null;
        Draft oldest = null;
        for (Draft draft : open) {
            if (!draft.signature.id().equals(signature.id())
                    || !draft.speaker.equals(line.speaker())
                    || !draft.lacks(part)) {
                continue;
            }
            if (rank != null && rank.equals(draft.rank())) {
                return draft;
            }
            if (oldest == null
                    && (rank == null || draft.rank() == null || !line.speaker().isEmpty())) {
                oldest = draft;
            }
        }
        return oldest;
    }

    private void give(Draft draft) {
        if (open.remove(draft)) {
            count();
            to.accept(draft.finish(origin));
        }
    }

    /** Gives out what waits for more: the text ended, or fell silent. */
    void settle() {
        while (!open.isEmpty()) {
            give(open.get(0));
        }
        tracebacks.clear();
    }
}
