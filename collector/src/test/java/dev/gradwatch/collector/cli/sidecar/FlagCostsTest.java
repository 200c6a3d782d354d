package dev.gradwatch.collector.cli.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.report.ReportJson;
import dev.gradwatch.collector.sink.store.Batch;
import dev.gradwatch.collector.sink.store.Batch.FactRow;
import dev.gradwatch.collector.sink.store.Batch.JobRow;
import dev.gradwatch.collector.sink.store.FactText;
import dev.gradwatch.collector.sink.store.Store;
import dev.gradwatch.collector.sink.store.Stores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FlagCostsTest {
    @TempDir
    Path folder;

    private Store store;
    private FlagCosts costs;

    @BeforeEach
    void open() {
        store = Stores.open("jdbc:sqlite:" + folder.resolve("store.db"));
        costs = new FlagCosts(store, new StoredJobs(store), new StoreRest());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void cost_isTheDifferenceToTheRunBefore() {
        keep(run("plain").nanos(12_000_000, 12_100_000, 11_000_000));

        FlagCost cost = costs.of(
                run("flagged").flag().hour(1).nanos(12_500_000, 12_600_000, 10).report());

        assertThat(cost).isEqualTo(new FlagCost("flagged", "plain", 0.0125, 0.012));
        assertThat(cost.differenceSeconds()).isEqualTo(0.0005);
        assertThat(cost.percent()).isEqualTo(4.17);
        assertThat(cost.beside("flagged")).isEqualTo("plain");
    }

    @Test
    void cost_isKnownOfTheRunWithoutTheFlagToo() {
        keep(run("flagged").flag().nanos(12_500_000));

        FlagCost cost = costs.of(run("plain").hour(1).nanos(12_600_000).report());

        assertThat(cost).isEqualTo(new FlagCost("flagged", "plain", 0.0125, 0.0126));
        assertThat(cost.isMeasurable()).isFalse();
    }

    @Test
    void runs_areOfTheSameCommandOrTheSameName() {
        keep(run("command").model("OtherNet"));
        assertThat(other(run("a").flag().hour(1))).isEqualTo("command");

        keep(run("name").hour(2).command("other.py"));
        assertThat(other(run("b").flag().hour(3))).isEqualTo("name");
    }

    @Test
    void run_isTheLatestThatHadEnded() {
        keep(run("first"));
        keep(run("second").hour(1));
        keep(run("with the flag").hour(2).flag());
        keep(run("beside").hour(3).lasting(3));

        assertThat(other(run("a").flag().hour(4))).isEqualTo("second");
        assertThat(other(run("b").hour(4))).isEqualTo("with the flag");
    }

    static Stream<TimedRun> others() {
        return Stream.of(
                run("flag").flag(),
                run("steps").steps(49),
                run("untimed").nanos(0, 0),
                run("ranks").nanos(1_000_000),
                run("framework").framework("2.12"),
                run("device").device("cuda:0"),
                run("tensors").tensors(3),
                run("static graph").staticGraph(),
                run("no DDP").plain(),
                run("another job").model("OtherNet").command("other.py"));
    }

    @ParameterizedTest
    @MethodSource("others")
    void run_thatIsNotAlikeTellsNothing(TimedRun other) {
        keep(other);

        assertThat(costs.of(run("a").flag().hour(1).report())).isNull();
    }

    @ParameterizedTest
    @MethodSource("others")
    void job_thatIsNotAlikeIsToldNothing(TimedRun job) {
        keep(run("plain").flag());
        keep(run("flagged").hour(1));

        FlagCost cost = costs.of(job.hour(2).report());
        // The flag alone makes it the other kind.
        assertThat(cost == null).isEqualTo(!job.job.equals("flag"));
    }

    @Test
    void store_isAskedOnceForAJobAndAgainWhereTheJobIsAnother() {
        TimedRun job = run("a").flag().hour(1);
        assertThat(costs.of(job.report())).isNull();
        keep(run("plain"));
        assertThat(costs.of(job.report())).isNull();
        costs.keep(Set.of());
        assertThat(costs.of(job.report())).isNotNull();

        store.close();
        assertThat(costs.of(job.nanos(13_000_000, 13_000_000).report()).withSeconds())
                .isEqualTo(0.013);
    }

    @Test
    void store_thatIsAwayTellsNothing() {
        store.close();

        assertThat(costs.of(run("a").report())).isNull();
        assertThat(costs.of(run("b").report())).isNull();
    }

    private String other(TimedRun job) {
        FlagCost cost = costs.of(job.report());
        return cost == null ? "none" : cost.beside(job.job);
    }

    /** As the station writes it. */
    private void keep(TimedRun run) {
        Jobs jobs = run.jobs();
        List<FactRow> facts = new ArrayList<>();
        jobs.drain(1000, true, TimedRun.START, (job, fact) -> facts.add(new FactRow(job, FactText.encode(fact))));
        JobReport report = jobs.report(run.job).orElseThrow();
        JobRow row = new JobRow(
                JobSummary.of(report, TimedRun.START), ReportJson.text(report).getBytes(StandardCharsets.UTF_8));
        store.write(new Batch(List.of(row), facts, List.of(), List.of(), List.of()));
    }

    private static TimedRun run(String job) {
        return new TimedRun(job);
    }
}
