package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.RankInfo;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.http.Directory.SinceLastRun;
import dev.gradwatch.collector.sink.terminal.Terminal;
import dev.gradwatch.collector.sink.terminal.VerdictPrinter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobDeskTest {
    private static final long START = 1_767_225_600_000_000L;
    private static final long GRACE = TimeUnit.NANOSECONDS.toMicros(Jobs.END_GRACE.toNanos());

    private final Jobs jobs = new Jobs();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void job_isToldOnceWhenItComesAndWhenItEnds() {
        listen(null);
        join("a");
        join("a");
        assertThat(out.toString()).startsWith("gradwatch  job a").hasLineCount(1);
        leave("a");
        jobs.tick(START + GRACE + 1);
        assertThat(out.toString().lines().filter(line -> line.startsWith("gradwatch  ")))
                .hasSize(2);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void report_isWrittenWhenTheJobEnds() throws IOException {
        listen(folder);
        join("a");
        leave("a");
        jobs.tick(START + GRACE + 1);
        assertThat(folder.resolve("a.json")).exists();
        assertThat(out.toString()).contains("report: " + folder.resolve("a.json"));
    }

    @Test
    void closeDown_writesTheJobsThatRun() {
        JobDesk desk = listen(folder);
        join("a");
        join("b");
        leave("b");
        jobs.tick(START + GRACE + 1);
        assertThat(folder.resolve("a.json")).doesNotExist();
        desk.closeDown();
        assertThat(folder.resolve("a.json")).exists();
    }

    @Test
    void folderThatVanished_isOneLineAndTheVerdictStillComes() throws IOException {
        Path gone = Files.createDirectory(folder.resolve("gone"));
        listen(gone);
        Files.delete(gone);
        join("a");
        leave("a");
        jobs.tick(START + GRACE + 1);
        assertThat(err.toString())
                .startsWith("gradwatch: report: ")
                .contains("folder is missing")
                .hasLineCount(1);
        assertThat(out.toString().lines().filter(line -> line.startsWith("gradwatch  ")))
                .hasSize(2);
    }

    @Test
    void flagCost_isInTheReportAndALineAfterTheVerdict() throws IOException {
        listen(folder, report -> Optional.of(new FlagCost(report.id(), "before", 0.0125, 0.012)));
        join("a");
        leave("a");
        jobs.tick(START + GRACE + 1);
        assertThat(out.toString())
                .endsWith("  find_unused_parameters costs this job 4.2 % (12.5 ms instead of 12.0 ms a step, beside run"
                        + " before)\n");
        assertThat(folder.resolve("a.json")).content().contains("\"find_unused_cost\"");
    }

    private JobDesk listen(Path reports) {
        return listen(reports, report -> Optional.empty());
    }

    private JobDesk listen(Path reports, Function<JobReport, Optional<FlagCost>> flagCosts) {
        JobDesk desk = new JobDesk(
                jobs,
                reports,
                new VerdictPrinter(new Terminal(100, true, false)),
                earlierRuns(flagCosts),
                new PrintWriter(out, true),
                new PrintWriter(err, true));
        jobs.addListener(desk);
        return desk;
    }

    private static EarlierRuns earlierRuns(Function<JobReport, Optional<FlagCost>> flagCosts) {
        return new EarlierRuns() {
            @Override
            public Optional<SinceLastRun> sinceLastRun(String job) {
                return Optional.empty();
            }

            @Override
            public Optional<FlagCost> flagCost(JobReport report) {
                return flagCosts.apply(report);
            }
        };
    }

    private void join(String job) {
        jobs.accept(new RankJoined(
                job,
                START,
                0,
                new RankInfo(
                        "none",
                        0,
                        1,
                        0,
                        "node",
                        100,
                        "cpu",
                        null,
                        "torch",
                        "2.13.0",
                        "python 3.11",
                        List.of("train.py"),
                        Map.of())));
    }

    private void leave(String job) {
        jobs.accept(new RankLeft(job, START, 0, true, "exit"));
    }
}
