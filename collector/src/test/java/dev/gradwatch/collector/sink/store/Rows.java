package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Evidence;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.Mute;
import dev.gradwatch.collector.model.SeriesPoint;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.sink.store.Store.StoredFact;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Rows as a collector would write them. */
final class Rows {
    static final long SECOND = 1_000_000;
    static final long HOUR = 3_600 * SECOND;
    static final long DAY = 24 * HOUR;

    /** Some time in 2026. */
    static final long NOW = 1_790_000_000L * SECOND;

    static JobSummary running(String id, long started) {
        return job(id, id, "torchrun " + id, started, 0, null);
    }

    static JobSummary ended(String id, long started, long ended) {
        return job(id, id, "torchrun " + id, started, ended, 0);
    }

    static JobSummary job(String id, String name, String runKey, long started, long ended, Integer exit) {
        JobSummary.State state = ended == 0
                ? JobSummary.State.RUNNING
                : exit == null || exit == 0 ? JobSummary.State.FINISHED : JobSummary.State.FAILED;
        return new JobSummary(
                id,
                name,
                runKey,
                state,
                exit,
                started,
                ended,
                4,
                3,
                17,
                250_000,
                "torch 2.13.0",
                Severity.ERROR,
                "head is computed and returned, but the loss never uses it",
                2,
                started + SECOND);
    }

    static Batch of(JobSummary... jobs) {
        List<Batch.JobRow> rows = List.of(jobs).stream()
                .map(job -> new Batch.JobRow(
                        job, ("{\"id\":\"" + job.updatedMicros() + "\"}").getBytes(StandardCharsets.UTF_8)))
                .toList();
        return new Batch(rows, List.of(), List.of(), List.of(), List.of());
    }

    static Batch of(Batch.FactRow... facts) {
        return new Batch(List.of(), List.of(facts), List.of(), List.of(), List.of());
    }

    static Batch of(AlertEvent... events) {
        return new Batch(List.of(), List.of(), List.of(events), List.of(), List.of());
    }

    static Batch of(Mute... mutes) {
        return new Batch(List.of(), List.of(), List.of(), List.of(mutes), List.of());
    }

    static Batch of(SeriesPoint... points) {
        return new Batch(List.of(), List.of(), List.of(), List.of(), List.of(points));
    }

    static Batch.FactRow fact(String job, String key, long place, byte[] body) {
        return new Batch.FactRow(job, new StoredFact(key, place, body));
    }

    static Batch.FactRow fact(String job, String key, long place, String body) {
        return fact(job, key, place, body.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes that no compression makes smaller. */
    static byte[] noise(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static AlertEvent event(long micros, AlertEvent.Kind kind, String alert, String job, AlertState state) {
        return new AlertEvent(micros, kind, alert(alert, job, state, micros));
    }

    static Alert alert(String id, String job, AlertState state, long updated) {
        return new Alert(
                id,
                job,
                "name of " + job,
                state,
                finding("head 😀 \"quoted\" \0 nul"),
                updated - 5,
                updated,
                state == AlertState.RESOLVED ? updated : null,
                null,
                state == AlertState.ACKNOWLEDGED ? "" : null,
                "note",
                1,
                Alert.Since.NEW);
    }

    static Finding finding(String title) {
        return new Finding(
                "output_not_in_loss/head",
                Cause.OUTPUT_NOT_IN_LOSS,
                Severity.ERROR,
                0,
                title,
                "detail",
                List.of("head.weight", "head.bias"),
                List.of("head"),
                List.of(0, 1),
                new Evidence(12, 0, 11, Confidence.MEDIUM),
                List.of(new Advice(Action.USE_OR_DROP_OUTPUT, "because", "weights[-1] = 1e-6")),
                List.of(new Advice(Action.STATIC_GRAPH, "raises", null)),
                List.of(new Finding.LogLine("ddp.unused.default", null, "stderr", 41, "Parameter indices 58 59")));
    }

    static Mute mute(String id, long until) {
        return new Mute(id, "job", null, "decoder.*_%", NOW, until, "ada", "known");
    }

    static SeriesPoint point(String job, String series, long micros, long span, double value) {
        return new SeriesPoint(job, series, micros, span, micros / SECOND % 1000, 1, value, value, value);
    }

    private Rows() {}
}
