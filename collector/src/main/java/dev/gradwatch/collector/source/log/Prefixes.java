package dev.gradwatch.collector.source.log;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * Takes from a line what loggers, launchers and containers put before it, in whatever order they nest.
 *
 * <pre>
 * 2026-11-22T03:07:32.6Z [default1]:[rank5]: RuntimeError: Expected to have …
 * └ prefix.rfc3339 ──────┘└ tee ────┘└ excepthook ┘└ text
 * </pre>
 */
final class Prefixes {
    /** Nothing nests deeper; a line made of prefixes alone ends here. */
    private static final int MAX_DEPTH = 8;

    private final List<Signature> prefixes;

    Prefixes(List<Signature> all) {
        this.prefixes =
                all.stream().filter(signature -> signature.prefix() != null).toList();
    }

    Line strip(String raw) {
        Map<String, Object> said = new HashMap<>();
        StringBuilder speaker = new StringBuilder();
        String text = raw;
        boolean stamped = false;
        boolean uncaught = false;
        boolean dated = false;
        Integer rank = null;
        for (int depth = 0; depth < MAX_DEPTH; depth++) {
            Signature outermost = null;
            for (Signature candidate : prefixes) {
                Signature.Prefix prefix = candidate.prefix();
                Matcher matcher = prefix == null ? null : prefix.pattern().matcher(text);
                if (prefix != null && matcher != null && matcher.lookingAt() && matcher.end() > 0) {
                    outermost = candidate;
                    Field.read(prefix.fields(), matcher, said);
                    String rest = text.substring(matcher.end());
                    if (prefix.everyLine()) {
                        speaker.append(names(prefix, matcher));
                    }
                    stamped |= !prefix.everyLine();
                    text = rest;
                    break;
                }
            }
            if (outermost == null) {
                break;
            }
            uncaught |= outermost.id().equals("prefix.py_excepthook");
            dated |= outermost.id().equals("prefix.datetime");
            if (said.remove("rank") instanceof Integer global) {
                // The innermost one is the process's own word.
                rank = global;
            }
        }
        Integer local = said.get("local_rank") instanceof Integer number ? number : null;
        Integer task = said.get("task") instanceof Integer number ? number : null;
        return new Line(text, rank, local, task, speaker.toString(), stamped, uncaught, dated);
    }

    /** What tells this speaker from another: ranks and tasks, never a time. */
    private static String names(Signature.Prefix prefix, Matcher matcher) {
        StringBuilder names = new StringBuilder();
        for (Field field : prefix.fields()) {
            if (field.name().endsWith("rank")
                    || field.name().equals("task")
                    || field.name().equals("pid")) {
                names.append(field.name())
                        .append('=')
                        .append(matcher.group(field.group()))
                        .append(';');
            }
        }
        return names.toString();
    }

    /**
     * A line without its prefixes.
     *
     * @param rank the process's own word for its global rank; null where it does not say
     * @param localRank torchrun's, within one node
     * @param task SLURM's task, which is the rank where a task is a rank
     * @param speaker the same for all lines of one message
     * @param stamped begins a record of its own: a logger's stamp stands before it
     * @param uncaught printed by torch's hook for uncaught exceptions
     * @param dated begins with a date, as in nnU-Net's log file
     */
    record Line(
            String text,
            @Nullable Integer rank,
            @Nullable Integer localRank,
            @Nullable Integer task,
            String speaker,
            boolean stamped,
            boolean uncaught,
            boolean dated) {}
}
