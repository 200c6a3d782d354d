package dev.gradwatch.collector.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message that was recognised in what a training job printed.
 *
 * @param id the signature's, such as {@code ddp.unused.default}
 * @param source the file as it was named, or {@code stdout}, {@code stderr}
 * @param line of its first line, from 1
 * @param endLine of its last line
 * @param rank that speaks, or that it is about; null where the text does not say
 * @param attempt torchrun's restart count, where the file's place tells it; else 0
 * @param fields what the signature takes out of it: text, whole numbers, floating point numbers, booleans, lists and maps of these
 * @param text without its prefixes, cut at {@link #MAX_TEXT_CHARS}
 */
public record LogMessage(
        String id,
        Severity severity,
        String source,
        long line,
        long endLine,
        @Nullable Integer rank,
        int attempt,
        Map<String, Object> fields,
        String text,
        Guide guide) {
    public static final int MAX_TEXT_CHARS = 4_000;

    public LogMessage {
        // Not Map.copyOf: the order of the fields is the signature's, and people read it.
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /**
     * What the signature's author says of such a message, in whole sentences.
     *
     * @param trap the fix that looks right and is wrong; empty where there is none
     */
    public record Guide(String means, String fix, String trap) {
        public static final Guide NONE = new Guide("", "", "");
    }

    /** Whether it is of this group, such as {@code ddp.unused}, or this very message. */
    public boolean is(String group) {
        return id.equals(group) || (id.startsWith(group) && id.charAt(group.length()) == '.');
    }

    /** A field as text; empty where it is missing. */
    public String field(String name) {
        Object value = fields.get(name);
        return value == null ? "" : value.toString();
    }

    /** A field as a whole number; null where it is missing or none. */
    public @Nullable Long number(String name) {
        return fields.get(name) instanceof Number number ? Long.valueOf(number.longValue()) : null;
    }

    /** A field that is a list; empty where it is missing. */
    public List<?> list(String name) {
        return fields.get(name) instanceof List<?> list ? list : List.of();
    }

    /** Whether a field is there and true. */
    public boolean flag(String name) {
        return Boolean.TRUE.equals(fields.get(name));
    }
}
