package dev.gradwatch.collector.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is true now about a job. A function of the job's state; it has no life of its own.
 *
 * @param id cause and modules, such as {@code output_not_in_loss/decoder.seg_layers.0}; stable while the finding is
 * @param model null where it belongs to no model
 * @param title the answer in one sentence, without a full stop
 * @param detail one or two sentences more: what was seen, on which ranks, in how many steps
 * @param parameters in the model's order; empty where the finding is about the whole model
 * @param modules grouped, such as {@code decoder.seg_layers.{0,1,2}}
 * @param ranks those that it is true of, ascending
 * @param advice in order of preference
 * @param avoid what looks right and is wrong here
 * @param log the messages that prove it
 */
public record Finding(
        String id,
        Cause cause,
        Severity severity,
        @Nullable Integer model,
        String title,
        String detail,
        List<String> parameters,
        List<String> modules,
        List<Integer> ranks,
        Evidence evidence,
        List<Advice> advice,
        List<Advice> avoid,
        List<LogLine> log) {
    public Finding {
        parameters = List.copyOf(parameters);
        modules = List.copyOf(modules);
        ranks = List.copyOf(ranks);
        advice = List.copyOf(advice);
        avoid = List.copyOf(avoid);
        log = List.copyOf(log);
    }

    /** The same with another severity, detail and proof. */
    public Finding with(Severity otherSeverity, String otherDetail, List<LogLine> otherLog) {
        return new Finding(
                id,
                cause,
                otherSeverity,
                model,
                title,
                otherDetail,
                parameters,
                modules,
                ranks,
                evidence,
                advice,
                avoid,
                otherLog);
    }

    /**
     * A message that a rank printed or raised.
     *
     * @param message the catalogue's id, such as {@code ddp.unused.default}
     * @param source {@code exception}, {@code stderr}, or a file
     * @param line 1-based; 0 where the source has none
     */
    public record LogLine(String message, @Nullable Integer rank, String source, long line, String text) {}
}
