package dev.gradwatch.collector.bench;

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
import dev.gradwatch.collector.model.SeriesPoint;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.sink.store.Batch;
import dev.gradwatch.collector.sink.store.Store;
import dev.gradwatch.collector.sink.store.Store.JobQuery;
import dev.gradwatch.collector.sink.store.Store.StoredFact;
import dev.gradwatch.collector.sink.store.Stores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/** How fast an SQLite file of a gigabyte with 1,000 jobs opens, answers, and takes a batch of 500 facts of 8 kB. */
public final class StoreBenchmark {
    private static final int JOBS = 1_000;
    private static final int FACTS = 125;
    private static final int FACT_BYTES = 8_000;
    private static final int REPORT_BYTES = 30_000;
    private static final int POINTS = 500;
    private static final long NOW = 1_790_000_000_000_000L;

    private static final Random RANDOM = new Random(7);

    private StoreBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("gradwatch-store");
        String url = "jdbc:sqlite:" + folder.resolve("gradwatch.db");
        try {
            long began = System.nanoTime();
            try (Store store = Stores.open(url)) {
                say("open an empty file: %.0f ms, the first in this process", millis(began));
                fill(store);
                say("filled: %,d jobs, %.2f GB, in %.0f s", JOBS, store.bytes() / 1e9, millis(began) / 1e3);
            }
            began = System.nanoTime();
            try (Store store = Stores.open(url)) {
                say("open: %.0f ms", millis(began));
                measure(store);
            }
        } finally {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    private static void fill(Store store) {
        for (int job = 0; job < JOBS; job++) {
            String id = "job-" + job;
            List<Batch.FactRow> facts = new ArrayList<>();
            for (int key = 0; key < FACTS; key++) {
                byte[] noise = new byte[FACT_BYTES];
                RANDOM.nextBytes(noise);
                facts.add(fact(id, key, noise));
            }
            List<AlertEvent> events = new ArrayList<>();
            for (int alert = 0; alert < 5; alert++) {
                events.add(event(id, job * 5 + alert));
            }
            List<SeriesPoint> points = new ArrayList<>();
            for (int i = 0; i < POINTS; i++) {
                points.add(
                        new SeriesPoint(id, "step_time_seconds", NOW + i * 10_000_000L, 10_000_000, i, 100, i, 0, 1));
            }
            store.write(new Batch(
                    List.of(new Batch.JobRow(summary(id, job), text(REPORT_BYTES))), facts, events, List.of(), points));
        }
    }

    private static void measure(Store store) {
        time("jobs(), first 50", 500, i -> store.jobs(new JobQuery("", null, 0, 50)));
        time("jobs(), a text, page 3", 500, i -> store.jobs(new JobQuery("unet-" + i % 10, null, 100, 50)));
        time("job()", 1_000, i -> store.job("job-" + i));
        time("report() of 30 kB", 1_000, i -> store.report("job-" + i));
        time("facts(), 125 of 8 kB", 200, i -> store.facts("job-" + i * 5));
        time("alerts(), open, 100", 500, i -> store.alerts(Set.of(AlertState.OPEN), null, 100));
        time("alerts(), of a job", 500, i -> store.alerts(Set.of(), "job-" + i, 100));
        time("series(), 500 points to 200", 500, i -> store.series("job-" + i, 0, Long.MAX_VALUE, 200));
        time("write(), 500 facts of 8 kB", 200, i -> store.write(ledgers("live-" + i % 8)));
        long began = System.nanoTime();
        store.maintain(NOW + 6_000_000_000L, new Store.Retention(Long.MAX_VALUE / 2, 0));
        say("maintain(), nothing due: %.0f ms", millis(began));
    }

    private static void time(String what, int rounds, IntConsumer action) {
        double[] millis = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            long began = System.nanoTime();
            action.accept(i);
            millis[i] = millis(began);
        }
        Arrays.sort(millis);
        say("%-30s p50 %.2f ms   p99 %.2f ms", what, millis[rounds / 2], millis[rounds * 99 / 100]);
    }

    private static Batch ledgers(String job) {
        List<Batch.FactRow> facts = new ArrayList<>();
        for (int key = 0; key < 500; key++) {
            facts.add(fact(job, key, text(FACT_BYTES)));
        }
        return new Batch(List.of(), facts, List.of(), List.of(), List.of());
    }

    private static Batch.FactRow fact(String job, int key, byte[] body) {
        return new Batch.FactRow(job, new StoredFact("rank/" + key + "/model/0/ledger", key, body));
    }

    /** JSON with some bitmaps in it: half repeats itself, half does not. */
    private static byte[] text(int length) {
        StringBuilder text = new StringBuilder(length + 200);
        byte[] bitmap = new byte[48];
        while (text.length() < length) {
            RANDOM.nextBytes(bitmap);
            text.append("{\"pattern\": \"").append(Base64.getEncoder().encodeToString(bitmap));
            text.append("\", \"first_step\": 1200, \"last_step\": 1400, \"zero\": 0, \"nonfinite\": 0}");
        }
        return text.substring(0, length).getBytes(StandardCharsets.UTF_8);
    }

    private static JobSummary summary(String id, int number) {
        boolean live = number % 10 == 0;
        return new JobSummary(
                id,
                "unet-" + number,
                "torchrun --nproc-per-node 8 train.py --fold " + number,
                live ? JobSummary.State.RUNNING : JobSummary.State.FINISHED,
                live ? null : Integer.valueOf(0),
                NOW + number,
                live ? 0 : NOW + number + 1,
                64,
                64,
                1_000,
                250_000_000,
                "torch 2.13.0",
                Severity.WARNING,
                "decoder.seg_layers.0 is computed and returned, but the loss never uses it",
                1,
                NOW + number);
    }

    private static AlertEvent event(String job, int number) {
        Finding finding = new Finding(
                "output_not_in_loss/decoder",
                Cause.OUTPUT_NOT_IN_LOSS,
                Severity.WARNING,
                0,
                "decoder.seg_layers.0 is computed and returned, but the loss never uses it",
                "2 of 66 parameter tensors got no gradient",
                List.of("decoder.seg_layers.0.weight", "decoder.seg_layers.0.bias"),
                List.of("decoder.seg_layers.0"),
                List.of(0, 1),
                new Evidence(12, 0, 11, Confidence.MEDIUM),
                List.of(new Advice(
                        Action.USE_OR_DROP_OUTPUT, "It takes memory and learns nothing.", "weights[-1] = 1e-6")),
                List.of(),
                List.of());
        AlertState state = number % 2 == 0 ? AlertState.OPEN : AlertState.RESOLVED;
        return new AlertEvent(
                NOW + number,
                AlertEvent.Kind.OPENED,
                new Alert(
                        String.format(Locale.ROOT, "%016x", number),
                        job,
                        job,
                        state,
                        finding,
                        NOW,
                        NOW + number,
                        null,
                        null,
                        null,
                        "",
                        1,
                        Alert.Since.NEW));
    }

    private static double millis(long began) {
        return (System.nanoTime() - began) / 1e6;
    }

    private static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
