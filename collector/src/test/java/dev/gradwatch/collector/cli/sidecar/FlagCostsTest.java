package dev.gradwatch.collector.cli.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.ModelProgress;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.model.Observation.ModelDescribed;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.Observation.RankProgressed;
import dev.gradwatch.collector.model.RankInfo;
import dev.gradwatch.collector.model.WatchCost;
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
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FlagCostsTest {
    private static final long START = 1_767_225_600_000_000L;
    private static final long HOUR = 3_600_000_000L;

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

    static Stream<Run> others() {
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
    void run_thatIsNotAlikeTellsNothing(Run other) {
        keep(other);

        assertThat(costs.of(run("a").flag().hour(1).report())).isNull();
    }

    @ParameterizedTest
    @MethodSource("others")
    void job_thatIsNotAlikeIsToldNothing(Run job) {
        keep(run("plain").flag());
        keep(run("flagged").hour(1));

        FlagCost cost = costs.of(job.hour(2).report());
        // The flag alone makes it the other kind.
        assertThat(cost == null).isEqualTo(!job.job.equals("flag"));
    }

    @Test
    void store_isAskedOnceForAJobAndAgainWhereTheJobIsAnother() {
        Run job = run("a").flag().hour(1);
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

    private String other(Run job) {
        FlagCost cost = costs.of(job.report());
        return cost == null ? "none" : cost.beside(job.job);
    }

    /** As the station writes it. */
    private void keep(Run run) {
        Jobs jobs = run.jobs();
        List<FactRow> facts = new ArrayList<>();
        jobs.drain(1000, true, START, (job, fact) -> facts.add(new FactRow(job, FactText.encode(fact))));
        JobReport report = jobs.report(run.job).orElseThrow();
        JobRow row =
                new JobRow(JobSummary.of(report, START), ReportJson.text(report).getBytes(StandardCharsets.UTF_8));
        store.write(new Batch(List.of(row), facts, List.of(), List.of(), List.of()));
    }

    private static Run run(String job) {
        return new Run(job);
    }

    /** A run of two ranks, of the same job as all others where nothing else is said. */
    private static final class Run {
        private final String job;
        private boolean flag;
        private boolean staticGraph;
        private boolean ddp = true;
        private long start = START;
        private long end = START + HOUR / 2;
        private long steps = 50;
        private int tensors = 2;
        private long[] nanos = {12_000_000, 12_000_000};
        private String model = "Net";
        private String command = "train.py";
        private String framework = "2.13";
        private String device = "cpu";

        Run(String job) {
            this.job = job;
        }

        Run flag() {
            flag = true;
            return this;
        }

        Run staticGraph() {
            staticGraph = true;
            return this;
        }

        Run plain() {
            ddp = false;
            return this;
        }

        Run hour(int hour) {
            start = START + hour * HOUR;
            end = start + HOUR / 2;
            return this;
        }

        Run lasting(int hours) {
            end = start + hours * HOUR;
            return this;
        }

        Run steps(long each) {
            steps = each;
            return this;
        }

        Run tensors(int count) {
            tensors = count;
            return this;
        }

        Run nanos(long... ofRanks) {
            nanos = ofRanks;
            return this;
        }

        Run model(String name) {
            model = name;
            return this;
        }

        Run command(String script) {
            command = script;
            return this;
        }

        Run framework(String version) {
            framework = version;
            return this;
        }

        Run device(String name) {
            device = name;
            return this;
        }

        JobReport report() {
            return jobs().report(job).orElseThrow();
        }

        Jobs jobs() {
            Jobs jobs = new Jobs();
            jobs.accept(new JobStarted(job, start, "train", List.of("torchrun", command)));
            for (int rank = 0; rank < nanos.length; rank++) {
                jobs.accept(new RankJoined(
                        job,
                        start,
                        rank,
                        new RankInfo(
                                "group",
                                0,
                                nanos.length,
                                rank,
                                "host",
                                100 + rank,
                                device,
                                null,
                                "torch",
                                framework,
                                "python",
                                List.of(command),
                                Map.of())));
                jobs.accept(new ModelDescribed(job, start, rank, manifest()));
                jobs.accept(new RankProgressed(
                        job,
                        start,
                        rank,
                        List.of(new ModelProgress(0, steps, steps, 0, nanos[rank], 2)),
                        WatchCost.NONE));
                jobs.accept(new RankLeft(job, end, rank, true, "exit"));
            }
            jobs.accept(new JobEnded(job, end, 0));
            return jobs;
        }

        private Manifest manifest() {
            List<Manifest.Parameter> parameters = new ArrayList<>();
            for (int i = 0; i < tensors; i++) {
                parameters.add(new Manifest.Parameter("p" + i, List.of(4), "float32", true, true, 0, List.of()));
            }
            return new Manifest(
                    0,
                    model,
                    ddp ? "DistributedDataParallel" : "Module",
                    tensors,
                    tensors,
                    List.of(new Manifest.Module("", model)),
                    parameters,
                    ddp ? new Manifest.DdpSettings(flag, staticGraph, true, false, 25, false) : null,
                    List.of());
        }

        @Override
        public String toString() {
            return job;
        }
    }
}
