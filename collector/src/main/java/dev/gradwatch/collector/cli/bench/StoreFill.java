package dev.gradwatch.collector.cli.bench;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.WatchCost;
import dev.gradwatch.collector.sink.report.ReportJson;
import dev.gradwatch.collector.sink.store.Batch;
import dev.gradwatch.collector.sink.store.Batch.FactRow;
import dev.gradwatch.collector.sink.store.Batch.JobRow;
import dev.gradwatch.collector.sink.store.Store;
import dev.gradwatch.collector.sink.store.Store.StoredFact;
import dev.gradwatch.collector.sink.store.Stores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/** Makes a store of ended jobs, of a given size. Where it is there already, as an earlier measurement left it, nothing is added. */
final class StoreFill {
    private static final int RANKS = 64;
    private static final int OVERHEAD_BYTES = 200;

    private final int jobs;
    private final long bytes;

    StoreFill(int jobs, long bytes) {
        this.jobs = jobs;
        this.bytes = bytes;
    }

    /** @return what it came to, in words */
    String into(Path folder, Consumer<String> progress) throws IOException {
        try (Store store = Stores.open("jdbc:sqlite:" + folder.resolve("gradwatch.db"))) {
            long there = store.jobs(new Store.JobQuery("stored", null, 0, 1)).total();
            int each = jobs == 0 ? 0 : (int) Math.max(0, bytes / jobs / RANKS - OVERHEAD_BYTES);
            Random random = new Random(there);
            for (int i = (int) there; i < jobs; i++) {
                store.write(job(i, each, random));
                if ((i + 1) % 250 == 0) {
                    progress.accept("  " + (i + 1) + " of " + jobs + " jobs written");
                }
            }
            return String.format(Locale.ROOT, "%d ended jobs, %d MB", jobs, store.bytes() >> 20);
        }
    }

    private static Batch job(int number, int factBytes, Random random) {
        String id = "stored-" + number;
        long now = InstantSource.system().millis() * 1000 - number * 60_000_000L;
        JobReport report = report(id, now);
        List<FactRow> facts = new ArrayList<>();
        for (int rank = 0; rank < RANKS; rank++) {
            // Norms are most of a ledger, and no two are alike, so this is what they are like to a compressor.
            byte[] body = new byte[factBytes];
            random.nextBytes(body);
            facts.add(new FactRow(id, new StoredFact("ledger/" + rank + "/0", rank, body)));
        }
        return new Batch(
                List.of(new JobRow(
                        JobSummary.of(report, now), ReportJson.text(report).getBytes(StandardCharsets.UTF_8))),
                facts,
                List.of(),
                List.of(),
                List.of());
    }

    private static JobReport report(String id, long now) {
        List<JobReport.Rank> ranks = new ArrayList<>();
        for (int rank = 0; rank < RANKS; rank++) {
            ranks.add(new JobReport.Rank(
                    rank,
                    "node" + rank / 8,
                    4000 + rank,
                    "cuda:" + rank % 8,
                    10_000,
                    500,
                    10_000,
                    100_000_000,
                    JobReport.RankState.FINISHED,
                    null,
                    WatchCost.NONE));
        }
        return new JobReport(
                id,
                "LoadNet",
                List.of("train.py", "--job", id),
                0,
                now - 3_600_000_000L,
                now,
                RANKS,
                "torch 2.13.0+cu130",
                Map.of(),
                ranks,
                List.of(),
                List.of());
    }
}
