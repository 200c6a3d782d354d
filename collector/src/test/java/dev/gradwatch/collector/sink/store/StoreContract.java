package dev.gradwatch.collector.sink.store;

import static dev.gradwatch.collector.sink.store.Rows.DAY;
import static dev.gradwatch.collector.sink.store.Rows.HOUR;
import static dev.gradwatch.collector.sink.store.Rows.NOW;
import static dev.gradwatch.collector.sink.store.Rows.SECOND;
import static dev.gradwatch.collector.sink.store.Rows.fact;
import static dev.gradwatch.collector.sink.store.Rows.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.Mute;
import dev.gradwatch.collector.model.SeriesPoint;
import dev.gradwatch.collector.sink.store.Store.JobQuery;
import dev.gradwatch.collector.sink.store.Store.Removed;
import dev.gradwatch.collector.sink.store.Store.Retention;
import dev.gradwatch.collector.sink.store.Store.SeriesFilter;
import dev.gradwatch.collector.sink.store.Store.StoredFact;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database has to do for the promises of {@link Store} to hold. */
abstract class StoreContract {
    private static final Retention FOREVER = new Retention(1_000 * DAY, 0);

    private Store store;

    /** Opens the same database each time, an empty one before each test. */
    abstract Store open();

    /** For looking at tables. */
    abstract Jdbi tables();

    @BeforeEach
    void start() {
        store = open();
    }

    @AfterEach
    void stop() {
        store.close();
    }

    @Test
    void emptyDatabase_hasNothing() {
        assertThat(store.jobs(new JobQuery("", null, 0, 10)).total()).isZero();
        assertThat(store.job("a")).isEmpty();
        assertThat(store.report("a")).isEmpty();
        assertThat(store.unfinished()).isEmpty();
        assertThat(store.facts("a")).isEmpty();
        assertThat(store.alerts(Set.of(), null, 10)).isEmpty();
        assertThat(store.alert("a")).isEmpty();
        assertThat(store.history("a")).isEmpty();
        assertThat(store.eventsAfter(0, 10)).isEmpty();
        assertThat(store.mutes(0)).isEmpty();
        assertThat(store.series("a", 0, Long.MAX_VALUE, 10)).isEmpty();
        assertThat(store.maintain(NOW, FOREVER)).isEqualTo(new Removed(0, 0, 0));
        assertThat(store.bytes()).isPositive();
    }

    @Test
    void job_comesBackWithItsReport() {
        JobSummary job = Rows.ended("a", NOW, NOW + HOUR);
        store.write(Rows.of(job));
        assertThat(store.job("a")).contains(job);
        assertThat(store.report("a"))
                .hasValueSatisfying(report -> assertThat(text(report)).contains("\"id\""));

        JobSummary bare =
                new JobSummary("a", "", "", JobSummary.State.RUNNING, null, 0, 0, 0, 0, 0, 0, "", null, "", 0, 0);
        store.write(Rows.of(bare));
        assertThat(store.job("a")).contains(bare);
        assertThat(store.jobs(new JobQuery("", null, 0, 10)).total()).isEqualTo(1);
    }

    @Test
    void jobs_areNewestFirstAndRunningBeforeEnded() {
        store.write(Rows.of(
                Rows.ended("e1", NOW + 5, NOW + 9),
                Rows.running("r1", NOW),
                Rows.running("r3", NOW + 2),
                Rows.running("r2", NOW + 2),
                Rows.ended("e2", NOW + 7, NOW + 8)));
        assertThat(ids(new JobQuery("", null, 0, 10))).containsExactly("r2", "r3", "r1", "e2", "e1");
        assertThat(ids(new JobQuery("", null, 1, 2))).containsExactly("r3", "r1");
        assertThat(store.jobs(new JobQuery("", null, 1, 2)).total()).isEqualTo(5);
        assertThat(ids(new JobQuery("", null, 9, 2))).isEmpty();
        assertThat(ids(new JobQuery("", JobSummary.State.FINISHED, 0, 10))).containsExactly("e2", "e1");
        assertThat(store.unfinished()).containsExactlyInAnyOrder("r1", "r2", "r3");
    }

    @Test
    void jobs_areFoundByIdNameAndCommandInAnyCase() {
        store.write(Rows.of(
                Rows.job("id-1", "Größe ÄRA", "torchrun --lr 5% a_b.py", NOW, 0, null),
                Rows.job("ID-2", "it's \\ \"x\"", "python axb.py", NOW + 1, 0, null)));
        assertThat(ids(new JobQuery("id-", null, 0, 10))).containsExactly("ID-2", "id-1");
        assertThat(ids(new JobQuery("größe är", null, 0, 10))).containsExactly("id-1");
        assertThat(ids(new JobQuery("TORCHRUN", null, 0, 10))).containsExactly("id-1");
        assertThat(ids(new JobQuery("a_b", null, 0, 10))).containsExactly("id-1");
        assertThat(ids(new JobQuery("5%", null, 0, 10))).containsExactly("id-1");
        assertThat(ids(new JobQuery("%", JobSummary.State.RUNNING, 0, 10))).containsExactly("id-1");
        assertThat(ids(new JobQuery("it's \\ \"", null, 0, 10))).containsExactly("ID-2");
        assertThat(ids(new JobQuery("' OR 1=1 --", null, 0, 10))).isEmpty();
        assertThat(ids(new JobQuery("x".repeat(100_000), null, 0, 10))).isEmpty();
    }

    @Test
    void runsBefore_areTheLatestOfTheNameOrTheRunKey() {
        store.write(Rows.of(
                Rows.job("old", "n", "a", NOW, NOW + 1, 1),
                Rows.job("named", "n", "b", NOW + 10, NOW + 11, 0),
                Rows.job("run", "m", "c", NOW + 12, NOW + 13, 0),
                Rows.job("beside", "n", "c", NOW + 15, NOW + 35, 0),
                Rows.job("live", "n", "c", NOW + 20, 0, null),
                Rows.job("me", "n", "c", NOW + 30, NOW + 31, 0),
                Rows.job("other", "N", "C", NOW + 25, NOW + 26, 0)));
        assertThat(store.runsBefore("n", "c", "me", NOW + 30, 10))
                .extracting(JobSummary::id)
                .containsExactly("run", "named", "old");
        assertThat(store.runsBefore("n", "c", "me", NOW + 30, 2))
                .extracting(JobSummary::id)
                .containsExactly("run", "named");
        assertThat(store.runsBefore("n", "c", "me", NOW, 10)).isEmpty();
    }

    @Test
    void runBefore_isTheLatestThatHadEnded() {
        String command = "torchrun train.py --config " + "x".repeat(20_000);
        store.write(Rows.of(
                Rows.job("old", "n", command, NOW, NOW + 1, 1),
                Rows.job("last", "n", command, NOW + 10, NOW + 11, 0),
                Rows.job("beside", "n", command, NOW + 15, NOW + 35, 0),
                Rows.job("live", "n", command, NOW + 20, 0, null),
                Rows.job("me", "n", command, NOW + 30, NOW + 31, 0),
                Rows.job("later", "n", command, NOW + 40, NOW + 41, 0),
                Rows.job("other", "n", command + "y", NOW + 25, NOW + 26, 0)));
        assertThat(store.runBefore(command, "me", NOW + 30)).map(JobSummary::id).contains("last");
        assertThat(store.runBefore(command, "last", NOW + 11))
                .map(JobSummary::id)
                .contains("old");
        assertThat(store.runBefore(command, "old", NOW)).isEmpty();
        assertThat(store.runBefore("no such", "me", NOW + 30)).isEmpty();
    }

    @Test
    void facts_comeBackInTheirOrderAndAreReplacedByKey() {
        byte[] large = Rows.noise(1, 9_000);
        store.write(
                Rows.of(fact("a", "third", 3, large), fact("a", "first", 1, "one"), fact("b", "first", 1, "other")));
        store.write(
                Rows.of(fact("a", "second", 2, "two"), fact("a", "first", 1, "uno"), fact("a", "first", 1, "eins")));
        List<StoredFact> facts = store.facts("a");
        assertThat(facts).extracting(StoredFact::key).containsExactly("first", "second", "third");
        assertThat(facts).extracting(StoredFact::place).containsExactly(1L, 2L, 3L);
        assertThat(text(facts.get(0).body())).isEqualTo("eins");
        assertThat(facts.get(2).body()).isEqualTo(large);

        store.write(Rows.of(fact("a", "third", 3, ""), fact("a", "second", 2, ""), fact("a", "no such", 2, "")));
        assertThat(store.facts("a")).extracting(StoredFact::key).containsExactly("first");
        assertThat(store.facts("b")).hasSize(1);
    }

    @Test
    void largeBody_isKeptOnceAndGoesWithItsLastFact() {
        byte[] manifest = "{\"name\": \"encoder.weight\"}".repeat(1_000).getBytes(StandardCharsets.UTF_8);
        List<Batch.FactRow> facts = new ArrayList<>();
        for (int rank = 0; rank < 64; rank++) {
            facts.add(fact("a", "rank/" + rank + "/manifest", rank, manifest));
        }
        store.write(Rows.of(facts.toArray(Batch.FactRow[]::new)));
        assertThat(count("bodies")).isEqualTo(1);
        assertThat(store.facts("a"))
                .hasSize(64)
                .allSatisfy(fact -> assertThat(fact.body()).isEqualTo(manifest));

        facts.replaceAll(row ->
                fact("a", row.fact().key(), 0, row.fact().key().equals("rank/9/manifest") ? manifest : new byte[0]));
        store.write(Rows.of(facts.toArray(Batch.FactRow[]::new)));
        assertThat(count("bodies")).isEqualTo(1);
        assertThat(store.facts("a")).hasSize(1);

        store.write(Rows.of(fact("a", "rank/9/manifest", 0, Rows.noise(2, 5_000))));
        assertThat(count("bodies")).isEqualTo(1);
        store.write(Rows.of(fact("a", "rank/9/manifest", 0, "small now")));
        assertThat(count("bodies")).isZero();
    }

    @Test
    void alerts_areNewestFirstAndFiltered() {
        store.write(Rows.of(
                event(1, AlertEvent.Kind.OPENED, "1", "a", AlertState.OPEN),
                        event(2, AlertEvent.Kind.OPENED, "2", "b", AlertState.OPEN),
                event(3, AlertEvent.Kind.RESOLVED, "1", "a", AlertState.RESOLVED),
                        event(4, AlertEvent.Kind.OPENED, "3", "a", AlertState.OPEN)));
        assertThat(alerts(Set.of(), null, 10)).containsExactly("3", "1", "2");
        assertThat(alerts(Set.of(AlertState.OPEN), null, 10)).containsExactly("3", "2");
        assertThat(alerts(Set.of(AlertState.OPEN, AlertState.RESOLVED), "a", 10))
                .containsExactly("3", "1");
        assertThat(alerts(Set.of(AlertState.MUTED), null, 10)).isEmpty();
        assertThat(alerts(Set.of(), null, 1)).containsExactly("3");
        assertThat(store.alert("1")).contains(Rows.alert("1", "a", AlertState.RESOLVED, NOW + 3));
    }

    @Test
    void history_isTheAlertsLife() {
        AlertEvent opened = event(1, AlertEvent.Kind.OPENED, "1", "a", AlertState.OPEN);
        AlertEvent seen = event(2, AlertEvent.Kind.ACKNOWLEDGED, "1", "a", AlertState.ACKNOWLEDGED);
        AlertEvent other = event(3, AlertEvent.Kind.OPENED, "2", "a", AlertState.OPEN);
        store.write(Rows.of(opened));
        store.write(Rows.of(seen, other));
        assertThat(store.history("1")).containsExactly(opened, seen);
        assertThat(store.eventsAfter(NOW, 10)).containsExactly(opened, seen, other);
        assertThat(store.eventsAfter(NOW + 1, 1)).containsExactly(seen);
        assertThat(store.eventsAfter(NOW + 3, 10)).isEmpty();
    }

    @Test
    void mutes_lastUntilTheirTimeIsOver() {
        Mute first = Rows.mute("1", NOW + 10);
        Mute second = Rows.mute("2", NOW + 20);
        store.write(Rows.of(first, second));
        assertThat(store.mutes(NOW)).containsExactly(first, second);
        assertThat(store.mutes(NOW + 10)).containsExactly(second);
        store.write(Rows.of(Rows.mute("2", NOW)));
        assertThat(store.mutes(NOW + 10)).isEmpty();
    }

    @Test
    void points_areMergedByPlace() {
        store.write(Rows.of(point("a", "s", NOW, 10 * SECOND, 1), point("a", "s", NOW, 10 * SECOND, 5)));
        store.write(Rows.of(
                point("a", "s", NOW, 10 * SECOND, 3), point("a", "s", NOW + 10 * SECOND, 10 * SECOND, 7),
                point("a", "t", NOW, 10 * SECOND, 9), point("b", "s", NOW, 10 * SECOND, 9)));
        List<SeriesPoint> points = store.series("a", NOW, NOW + HOUR, 100);
        assertThat(points).hasSize(3);
        assertThat(points.get(0))
                .isEqualTo(new SeriesPoint("a", "s", NOW, 10 * SECOND, NOW / SECOND % 1000, 3, 9, 1, 5));
        assertThat(store.series("a", NOW + 1, NOW + HOUR, 100)).hasSize(1);
        assertThat(store.series("a", NOW, NOW, 100)).isEmpty();
    }

    @Test
    void points_mayBeNoNumbersOrTheLargest() {
        store.write(Rows.of(
                point("a", "nan", NOW, 1, Double.NaN), point("a", "inf", NOW, 1, Double.POSITIVE_INFINITY),
                point("a", "big", NOW, 1, Double.MAX_VALUE), point("a", "small", NOW, 1, Double.MIN_VALUE)));
        store.write(Rows.of(
                point("a", "nan", NOW, 1, 1), point("a", "inf", NOW, 1, Double.NEGATIVE_INFINITY),
                point("a", "big", NOW, 1, Double.MAX_VALUE), point("a", "small", NOW, 1, Double.MIN_VALUE)));
        assertThat(store.series("a", 0, Long.MAX_VALUE, 10))
                .extracting(SeriesPoint::series, SeriesPoint::sum, SeriesPoint::max)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("nan", Double.NaN, Double.NaN),
                        org.assertj.core.groups.Tuple.tuple("inf", Double.NaN, Double.POSITIVE_INFINITY),
                        org.assertj.core.groups.Tuple.tuple("big", Double.POSITIVE_INFINITY, Double.MAX_VALUE),
                        org.assertj.core.groups.Tuple.tuple("small", 2 * Double.MIN_VALUE, Double.MIN_VALUE));
    }

    @Test
    void series_isFoldedToWhatIsAsked() {
        List<SeriesPoint> points = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            points.add(point("a", i % 2 == 0 ? "s" : "t", NOW + 10 * SECOND * i, 10 * SECOND, i));
        }
        store.write(Rows.of(points.toArray(SeriesPoint[]::new)));
        List<SeriesPoint> folded = store.series("a", NOW, NOW + DAY, 7);
        assertThat(folded).filteredOn(point -> point.series().equals("s")).hasSizeBetween(2, 7);
        assertThat(folded).extracting(SeriesPoint::micros).isSorted();
        assertThat(folded.stream().mapToLong(SeriesPoint::count).sum()).isEqualTo(1_000);
        assertThat(folded.stream().mapToDouble(SeriesPoint::sum).sum()).isEqualTo(999 * 500);
        assertThat(store.series("a", NOW, NOW + DAY, 1)).hasSize(2);
        assertThat(store.series("a", NOW, NOW + DAY, 500)).hasSize(1_000);
    }

    @Test
    void series_mayBeSomeOfThem() {
        List<String> all = List.of("gpu_percent", "gpu_percent/rank.0", "gpuXpercent", "norm/A", "norm/rank.1", "norm");
        store.write(Rows.of(
                all.stream().map(series -> point("a", series, NOW, SECOND, 1)).toArray(SeriesPoint[]::new)));
        for (SeriesFilter filter : List.of(
                SeriesFilter.ALL,
                new SeriesFilter(Set.of(), false),
                new SeriesFilter(Set.of("gpu_percent"), true),
                new SeriesFilter(Set.of("gpu_percent", "norm/A", "none"), false),
                new SeriesFilter(Set.of("norm", "%"), true))) {
            assertThat(store.series("a", filter, 0, Long.MAX_VALUE, 10))
                    .extracting(SeriesPoint::series)
                    .containsExactlyInAnyOrderElementsOf(
                            all.stream().filter(filter::takes).toList());
        }
        assertThat(all).filteredOn(new SeriesFilter(Set.of(), false)::takes).hasSize(4);
        assertThat(all)
                .filteredOn(new SeriesFilter(Set.of("gpu_percent"), true)::takes)
                .containsExactly("gpu_percent", "gpu_percent/rank.0");
    }

    @Test
    void sameBatchTwice_isAsGoodAsOnce() {
        Batch batch = new Batch(
                List.of(new Batch.JobRow(Rows.running("a", NOW), new byte[] {1})),
                List.of(fact("a", "k", 1, "body")),
                List.of(event(1, AlertEvent.Kind.OPENED, "1", "a", AlertState.OPEN)),
                List.of(Rows.mute("1", NOW + 10)),
                List.of(point("a", "s", NOW, SECOND, 2)));
        store.write(batch);
        store.write(Rows.of(point("a", "s", NOW, SECOND, 3)));
        store.write(batch);
        stop();
        store = open();
        store.write(batch);
        assertThat(store.series("a", 0, Long.MAX_VALUE, 10))
                .extracting(SeriesPoint::count)
                .containsExactly(2L);
        assertThat(store.history("1")).hasSize(1);
        assertThat(count("batches")).isEqualTo(2);
    }

    @Test
    void batchesThatAreKnown_areBounded() {
        for (int i = 0; i < BatchTable.KEPT + 20; i++) {
            store.write(Rows.of(Rows.mute("1", NOW + i)));
        }
        assertThat(count("batches")).isEqualTo(BatchTable.KEPT);
    }

    @Test
    void batchThatFailsMidway_changesNothing() {
        store.write(Rows.of(point("a", "s", NOW, SECOND, 1)));
        tables().useHandle(handle -> handle.execute("ALTER TABLE points RENAME TO points_gone"));
        Batch batch = new Batch(
                List.of(new Batch.JobRow(Rows.running("a", NOW), new byte[] {1})),
                List.of(fact("a", "k", 1, Rows.noise(1, 5_000))),
                List.of(event(1, AlertEvent.Kind.OPENED, "1", "a", AlertState.OPEN)),
                List.of(Rows.mute("1", NOW + 10)),
                List.of(point("a", "s", NOW, SECOND, 2)));
        assertThatThrownBy(() -> store.write(batch))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith("store: ");
        assertThat(store.job("a")).isEmpty();
        assertThat(store.facts("a")).isEmpty();
        assertThat(count("bodies")).isZero();
        assertThat(store.alert("1")).isEmpty();
        assertThat(store.mutes(NOW)).isEmpty();
        tables().useHandle(handle -> handle.execute("ALTER TABLE points_gone RENAME TO points"));

        store.write(batch);
        assertThat(store.job("a")).isPresent();
        assertThat(store.series("a", 0, Long.MAX_VALUE, 10))
                .extracting(SeriesPoint::count)
                .containsExactly(2L);
    }

    @Test
    void oddTexts_comeBack() {
        String id = "😀'\"\\%_;--\n" + random(10_000);
        String nul = "a\0b\uD800c";
        store.write(Rows.of(Rows.ended(id, NOW, NOW + 1), Rows.ended(nul, NOW, NOW + 1)));
        store.write(Rows.of(fact(id, id, 1, "body"), fact(nul, nul, 1, "other")));
        store.write(Rows.of(
                event(1, AlertEvent.Kind.OPENED, "1", id, AlertState.OPEN),
                event(2, AlertEvent.Kind.OPENED, "2", nul, AlertState.OPEN)));
        store.write(Rows.of(point(id, "s", NOW, 1, 1), point(nul, "s", NOW, 1, 1)));
        assertThat(store.job(id)).contains(Rows.ended(id, NOW, NOW + 1));
        assertThat(store.facts(id)).extracting(StoredFact::key).containsExactly(id);
        assertThat(alerts(Set.of(), id, 10)).containsExactly("1");
        assertThat(store.series(id, 0, Long.MAX_VALUE, 10)).hasSize(1);
        assertThat(ids(new JobQuery(id, null, 0, 10))).containsExactly(id);

        assertThat(store.job(nul)).map(JobSummary::id).contains("a\uFFFDb\uFFFDc");
        assertThat(store.facts(nul)).hasSize(1);
        assertThat(alerts(Set.of(), nul, 10)).containsExactly("2");
        assertThat(store.alert("2")).map(alert -> alert.finding().title()).contains("head 😀 \"quoted\" \0 nul");
        assertThat(ids(new JobQuery(nul, null, 0, 10))).hasSize(1);
    }

    @Test
    void restart_losesNothing() {
        store.write(Rows.of(Rows.running("a", NOW)));
        store.write(Rows.of(fact("a", "k", 1, "body")));
        store.write(Rows.of(event(1, AlertEvent.Kind.OPENED, "1", "a", AlertState.OPEN)));
        stop();
        assertThatThrownBy(() -> store.job("a"))
                .isInstanceOf(StoreException.class)
                .hasMessageEndingWith("is closed (expected: an open store)");
        store.close();
        store = open();
        assertThat(store.job("a")).contains(Rows.running("a", NOW));
        assertThat(store.facts("a")).hasSize(1);
        assertThat(store.history("1")).hasSize(1);
    }

    @Test
    void reads_seeWholeBatchesWhileOthersAreWritten() {
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService readers = Executors.newFixedThreadPool(6);
        List<CompletableFuture<Long>> reads = new ArrayList<>();
        store.write(Rows.of(fact("a", "0", 0, "0"), fact("a", "1", 1, "0")));
        for (int i = 0; i < 6; i++) {
            reads.add(CompletableFuture.supplyAsync(
                    () -> {
                        long rounds = 0;
                        for (; !over.get() || rounds == 0; rounds++) {
                            List<StoredFact> facts = store.facts("a");
                            assertThat(facts).hasSize(2);
                            assertThat(facts.get(0).body())
                                    .isEqualTo(facts.get(1).body());
                        }
                        return rounds;
                    },
                    readers));
        }
        for (int i = 0; i < 200; i++) {
            store.write(Rows.of(fact("a", "0", 0, Rows.noise(i, 2_000)), fact("a", "1", 1, Rows.noise(i, 2_000))));
        }
        over.set(true);
        assertThat(reads).allSatisfy(read -> assertThat(read.join()).isPositive());
        readers.shutdown();
    }

    @Test
    void oldJobs_goWithAllThatIsTheirs() {
        for (String job : List.of("old", "young", "live")) {
            long ended = switch (job) {
                case "old" -> NOW - 31 * DAY;
                case "young" -> NOW - DAY;
                default -> 0;
            };
            store.write(
                    Rows.of(ended == 0 ? Rows.running(job, NOW - 60 * DAY) : Rows.ended(job, NOW - 60 * DAY, ended)));
            store.write(Rows.of(
                    fact(job, "shared", 1, Rows.noise(5, 3_000)),
                    fact(job, "own", 2, Rows.noise(job.hashCode(), 3_000))));
            store.write(Rows.of(new AlertEvent(
                    NOW - 50 * DAY + job.length(),
                    AlertEvent.Kind.OPENED,
                    Rows.alert(job, job, AlertState.OPEN, NOW - 50 * DAY))));
            store.write(Rows.of(point(job, "s", NOW - 50 * DAY, HOUR, 1)));
        }
        store.write(Rows.of(new AlertEvent(
                1, AlertEvent.Kind.OPENED, Rows.alert("lost", "no such job", AlertState.OPEN, NOW - 50 * DAY))));

        assertThat(store.maintain(NOW, new Retention(30 * DAY, 0))).isEqualTo(new Removed(1, 2, 1));

        assertThat(ids(new JobQuery("", null, 0, 10))).containsExactly("live", "young");
        assertThat(store.report("old")).isEmpty();
        assertThat(store.facts("old")).isEmpty();
        assertThat(store.facts("young")).hasSize(2);
        assertThat(count("bodies")).isEqualTo(3);
        assertThat(alerts(Set.of(), null, 10)).containsExactlyInAnyOrder("young", "live");
        assertThat(store.history("old")).isEmpty();
        assertThat(store.series("old", 0, Long.MAX_VALUE, 10)).isEmpty();
        assertThat(store.series("live", 0, Long.MAX_VALUE, 10)).hasSize(1);
    }

    @Test
    void largeDatabase_losesTheJobsThatEndedFirst() {
        for (int job = 0; job < 20; job++) {
            store.write(Rows.of(job == 0 ? Rows.running("0", NOW) : Rows.ended("" + job, NOW, NOW + job)));
            for (int key = 0; key < 10; key++) {
                store.write(Rows.of(fact("" + job, "" + key, key, Rows.noise(job * 100 + key, 10_000))));
            }
        }
        Retention keep = new Retention(1_000 * DAY, 1_200_000);
        assertThat(store.maintain(NOW, keep).jobs()).isBetween(8, 14);
        assertThat(store.maintain(NOW, keep).jobs()).isZero();
        assertThat(store.job("0")).isPresent();
        assertThat(store.job("1")).isEmpty();
        assertThat(store.facts("19")).hasSize(10);
    }

    @Test
    void oldPoints_becomeCoarserAndLoseNothing() {
        Random random = new Random(42);
        for (int round = 0; round < 3; round++) {
            List<SeriesPoint> points = new ArrayList<>();
            for (int i = 0; i < 1_500; i++) {
                long age = (long) (random.nextDouble() * random.nextDouble() * 60 * DAY);
                double value = random.nextInt(1_000);
                points.add(point(
                        random.nextBoolean() ? "a" : "b",
                        random.nextBoolean() ? "s" : "t",
                        (NOW - age) / (10 * SECOND) * 10 * SECOND,
                        10 * SECOND,
                        value));
            }
            store.write(Rows.of(points.toArray(SeriesPoint[]::new)));
            List<String> before = sums();
            long now = NOW + round * 7 * DAY + 1_234_567;
            store.maintain(now, FOREVER);
            assertThat(sums()).isEqualTo(before);
            for (String job : List.of("a", "b")) {
                assertThat(store.series(job, 0, Long.MAX_VALUE, Integer.MAX_VALUE))
                        .allSatisfy(point -> {
                            assertThat(point.micros() % point.spanMicros()).isZero();
                            assertThat(point.spanMicros())
                                    .isGreaterThanOrEqualTo(leastSpan(now - point.micros() - point.spanMicros()));
                        });
            }
            assertThat(store.maintain(now, FOREVER)).isEqualTo(new Removed(0, 0, 0));
        }
    }

    private static long leastSpan(long age) {
        long minute = 60 * SECOND;
        return age > 30 * DAY + HOUR
                ? HOUR
                : age > 2 * DAY + 10 * minute ? 10 * minute : age > 2 * HOUR + minute ? minute : 10 * SECOND;
    }

    /** Whole numbers, so that the order of adding does not matter. */
    private List<String> sums() {
        List<String> sums = new ArrayList<>();
        for (String job : List.of("a", "b")) {
            for (String series : List.of("s", "t")) {
                List<SeriesPoint> all = store.series(job, 0, Long.MAX_VALUE, Integer.MAX_VALUE).stream()
                        .filter(point -> point.series().equals(series))
                        .toList();
                sums.add(all.stream().mapToLong(SeriesPoint::count).sum() + " "
                        + all.stream().mapToDouble(SeriesPoint::sum).sum() + " "
                        + all.stream().mapToDouble(SeriesPoint::min).min() + " "
                        + all.stream().mapToDouble(SeriesPoint::max).max() + " "
                        + all.stream().mapToLong(SeriesPoint::step).max());
            }
        }
        return sums;
    }

    @Test
    void tablesOfANewerVersion_areRefused() {
        stop();
        tables().useHandle(handle -> handle.execute("UPDATE gradwatch_schema SET version = '99'"));
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("is of a newer Gradwatch, schema 99 (expected: 2 or older)");
    }

    /** As the version before this one left it. */
    @Test
    void tablesOfTheVersionBefore_becomeThisOnes() {
        store.write(Rows.of(Rows.ended("a", NOW, NOW + HOUR)));
        store.write(Rows.of(event(1, AlertEvent.Kind.OPENED, "1", "a", AlertState.OPEN)));
        stop();
        tables().useHandle(handle -> {
            handle.execute("DROP TABLE deliveries");
            handle.execute("DROP TABLE messages");
            handle.execute("DELETE FROM gradwatch_schema WHERE version = '2'");
        });
        store = open();
        assertThat(store.job("a")).contains(Rows.ended("a", NOW, NOW + HOUR));
        assertThat(store.history("1")).hasSize(1);
        store.saveDelivered("team", new Delivered(NOW, 0, ""), Map.of("1", "told"));
        assertThat(store.message("team", "1")).contains("told");
    }

    @Test
    void deliveries_areKeptByChannel() {
        assertThat(store.delivered("team")).isEmpty();
        assertThat(store.message("team", "1")).isEmpty();
        store.saveDelivered("team", new Delivered(NOW, 0, ""), Map.of("1", "one", "2", "two"));
        store.saveDelivered("night", new Delivered(NOW + 5, 3, "HTTP 403"), Map.of("1", "other"));
        assertThat(store.delivered("team")).contains(new Delivered(NOW, 0, ""));
        assertThat(store.delivered("night")).contains(new Delivered(NOW + 5, 3, "HTTP 403"));

        Map<String, String> changes = new HashMap<>();
        changes.put("1", null);
        changes.put("2", "zwei \0 \uD83D\uDE00 \uD83D");
        changes.put("3", "three");
        changes.put("never told", null);
        store.saveDelivered("team", new Delivered(NOW + 9, 1, "no \0 route"), changes);
        assertThat(store.delivered("team")).contains(new Delivered(NOW + 9, 1, "no \uFFFD route"));
        assertThat(store.message("team", "1")).isEmpty();
        assertThat(store.message("team", "2")).contains("zwei \uFFFD \uD83D\uDE00 \uFFFD");
        assertThat(store.message("team", "3")).contains("three");
        assertThat(store.message("night", "1")).contains("other");
        stop();
        store = open();
        assertThat(store.delivered("team")).contains(new Delivered(NOW + 9, 1, "no \uFFFD route"));
        assertThat(store.message("night", "1")).contains("other");
    }

    @Test
    void messages_goWithTheirAlert() {
        store.write(Rows.of(Rows.ended("old", NOW - 60 * DAY, NOW - 31 * DAY), Rows.running("live", NOW - DAY)));
        for (String job : List.of("old", "live")) {
            store.write(Rows.of(Rows.event(
                    NOW - 40 * DAY + job.length(), AlertEvent.Kind.OPENED, "of " + job, job, AlertState.OPEN)));
            store.saveDelivered("team", new Delivered(NOW, 0, ""), Map.of("of " + job, "told"));
            store.saveDelivered("night", new Delivered(NOW, 0, ""), Map.of("of " + job, "told"));
        }
        assertThat(store.maintain(NOW, new Retention(30 * DAY, 0)).jobs()).isEqualTo(1);
        assertThat(store.message("team", "of old")).isEmpty();
        assertThat(store.message("team", "of live")).contains("told");
        assertThat(count("messages")).isEqualTo(2);
    }

    @Test
    void eventsThatAChannelHasYetToDeliver_areKeptForAWeek() {
        Retention day = new Retention(DAY, 1);
        store.write(Rows.of(
                Rows.ended("recent", NOW - 9 * DAY, NOW - 5 * DAY),
                Rows.ended("older", NOW - 19 * DAY, NOW - 8 * DAY),
                Rows.ended("delivered", NOW - 9 * DAY, NOW - 7 * DAY)));
        store.write(Rows.of(
                Rows.event(NOW - 8 * DAY, AlertEvent.Kind.OPENED, "1", "older", AlertState.OPEN),
                Rows.event(NOW - 6 * DAY - 1, AlertEvent.Kind.OPENED, "2", "delivered", AlertState.OPEN),
                Rows.event(NOW - 5 * DAY, AlertEvent.Kind.OPENED, "3", "recent", AlertState.OPEN)));
        store.saveDelivered("slow", new Delivered(NOW - 6 * DAY, 0, ""), Map.of());
        store.saveDelivered("quick", new Delivered(NOW, 0, ""), Map.of());
        assertThat(store.maintain(NOW, day).jobs()).isEqualTo(2);
        assertThat(ids(new JobQuery("", null, 0, 10))).containsExactly("recent");

        store.saveDelivered("slow", new Delivered(NOW - 5 * DAY, 0, ""), Map.of());
        assertThat(store.maintain(NOW, day).jobs()).isEqualTo(1);
    }

    static AlertEvent event(long after, AlertEvent.Kind kind, String alert, String job, AlertState state) {
        return Rows.event(NOW + after, kind, alert, job, state);
    }

    private List<String> ids(JobQuery query) {
        return store.jobs(query).jobs().stream().map(JobSummary::id).toList();
    }

    private List<String> alerts(Set<AlertState> states, String job, int limit) {
        return store.alerts(states, job, limit).stream()
                .map(alert -> alert.id())
                .toList();
    }

    private long count(String table) {
        return tables().withHandle(handle -> handle.createQuery("SELECT count(*) FROM " + table)
                .mapTo(Long.class)
                .one());
    }

    private static String random(int length) {
        return new Random(3)
                .ints(length, '!', '~')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
