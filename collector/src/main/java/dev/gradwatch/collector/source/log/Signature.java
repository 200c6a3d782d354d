package dev.gradwatch.collector.source.log;

import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Severity;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a message is told, and what is to be said of it. Data: read from {@code signatures.json}, or from a file of the user's own.
 *
 * @param catalogueSeverity the catalogue's word; {@code fatal} counts as error and {@code n/a} as info
 * @param before what to take out of the few lines before the first; null where nothing
 * @param head null for what is only written down: facts of a layout, names that other signatures give
 * @param serial a new message of it closes the one before
 * @param unless ids that say more of the same line; where one of them matched, this one stays silent
 * @param named its id where a part with names came; null where that changes nothing
 * @param alone its id where no part came; null where that changes nothing
 * @param prefix what stands before a line; null for a message
 * @param template the text as it stands in the source that prints it
 */
record Signature(
        String id,
        String catalogueSeverity,
        @Nullable Probe head,
        @Nullable Before before,
        boolean serial,
        List<String> unless,
        List<Part> parts,
        @Nullable Block block,
        @Nullable String named,
        @Nullable String alone,
        @Nullable Prefix prefix,
        String template,
        LogMessage.Guide guide,
        String source,
        String versions) {
    Signature {
        unless = List.copyOf(unless);
        parts = List.copyOf(parts);
    }

    Severity severity() {
        return severity(catalogueSeverity);
    }

    static Severity severity(String word) {
        return switch (word) {
            case "fatal", "error" -> Severity.ERROR;
            case "warning" -> Severity.WARNING;
            case "critical" -> Severity.CRITICAL;
            default -> Severity.INFO;
        };
    }

    /**
     * What is looked for in one line.
     *
     * @param literals at least one of them is in every line that the pattern finds something in
     */
    record Probe(List<String> literals, Pattern pattern, List<Field> fields) {
        Probe {
            literals = List.copyOf(literals);
            fields = List.copyOf(fields);
        }
    }

    /**
     * A later line of a message that can be told by itself, whatever stands between.
     *
     * @param near its literals are too common to look for everywhere: it is told within {@link Recogniser#MAX_WAIT_LINES} of the lines before it
     */
    record Part(Probe probe, boolean last, boolean near) {}

    /** Fields out of the last of the few lines before the first that the pattern finds something in. */
    record Before(Pattern pattern, List<Field> fields) {
        Before {
            fields = List.copyOf(fields);
        }
    }

    /**
     * The lines after the first that belong to the message and stand together.
     *
     * @param whilst each of them matches it; null where only the end is known
     * @param until the last of them matches it; null where each is known
     * @param untilAfter must have been seen before {@code until} counts; null where it always does
     * @param maxLines of the whole message
     */
    record Block(
            @Nullable Pattern whilst,
            @Nullable Pattern until,
            @Nullable Pattern untilAfter,
            int maxLines,
            List<Extract> extracts) {
        Block {
            extracts = List.copyOf(extracts);
        }
    }

    /**
     * Fields out of all lines of a block.
     *
     * @param each every find becomes an object in the list field of this name; null where the first find sets the fields
     * @param map group 1 is a key and group 2 its value in the map field of this name; null likewise
     */
    record Extract(
            Pattern pattern,
            List<Field> fields,
            @Nullable String each,
            @Nullable String map) {
        Extract {
            fields = List.copyOf(fields);
        }
    }

    /** @param everyLine it stands before each line of a message, and not before the first only */
    record Prefix(Pattern pattern, List<Field> fields, boolean everyLine) {
        Prefix {
            fields = List.copyOf(fields);
        }
    }
}
