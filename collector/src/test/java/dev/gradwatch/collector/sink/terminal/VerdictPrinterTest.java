package dev.gradwatch.collector.sink.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.JobReport.RankState;
import dev.gradwatch.collector.model.SampleReports;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.model.WatchCost;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VerdictPrinterTest {
    private static final Terminal PLAIN = new Terminal(100, true, false);

    @Test
    void deadHead_isToldOnOneScreen() {
        assertThat(verdict(SampleReports.deadHead(), PLAIN, "gradwatch-report.json"))
                .isEqualTo("""
                        gradwatch  PlainConvUNet · 2 ranks · torch 2.13.0 · died in step 1, at the next forward

                          decoder.seg_layers.0 is computed and returned, but the loss never uses it.
                          2 of 66 parameter tensors got no gradient, on both ranks, in the 1 step seen.

                            ● gradient  ○ none         rank 0  rank 1
                            encoder                 30   ●       ●
                            decoder.stages          28   ●       ●
                            decoder.seg_layers.0     2   ○       ○      not in the loss
                            decoder.seg_layers.1-3   6   ●       ●

                          Fix   Use the output in the loss, or do not return it: a head that the loss leaves out holds up
                                the reduction of every step.
                                  weights[-1] = 1e-6        # 0 leaves DDP waiting for a gradient that never comes
                          Or    find_unused_parameters=True: it runs, costs a graph traversal an iteration, and the head
                                still does not learn.
                                  DistributedDataParallel(net, device_ids=[rank], find_unused_parameters=True)
                          Not   static_graph=True: the third forward raises, because the output is returned.

                          torch said so too: rank 0 stderr:41 "Parameter indices which did not receive grad: 58 59"
                          report: gradwatch-report.json
                        """);
    }

    @Test
    void healthyJob_isOneLine() {
        assertThat(verdict(SampleReports.healthy(List.of()), PLAIN, null))
                .isEqualTo(
                        "gradwatch  TwoHeads · 2 ranks · torch 2.13.0 · 6 parameter tensors all got gradients in 60 of 60 steps"
                                + " watched · watching cost 0.2 %\n");
    }

    @Test
    void infoFinding_followsTheHealthyLine() {
        Finding flag = SampleReports.finding(
                Severity.INFO, Cause.FLAG_NOT_NEEDED, "find_unused_parameters is on, and nothing was ever unused");
        assertThat(verdict(SampleReports.healthy(List.of(flag)), PLAIN, null).lines())
                .last()
                .isEqualTo("  Note  find_unused_parameters is on, and nothing was ever unused.");
    }

    @Test
    void moreFindings_areShort() {
        List<Finding> findings = IntStream.range(0, 6)
                .mapToObj(i -> SampleReports.finding(Severity.WARNING, Cause.GRAPH_CUT, "block " + i + " is cut off"))
                .toList();
        assertThat(verdict(SampleReports.healthy(findings), PLAIN, null))
                .contains(
                        "  Also  block 1 is cut off.\n",
                        "  Also  block 3 is cut off.\n",
                        "and 2 more (--report FILE writes them all)")
                .doesNotContain("block 4");
    }

    @Test
    void manyRanks_shareColumns() {
        assertThat(verdict(SampleReports.manyRanks(64, 63), PLAIN, null))
                .contains("ranks 0-62", "rank 63")
                .doesNotContain("rank 62 ");
    }

    @Test
    void everyLine_fitsTheWidth() {
        for (int columns : new int[] {60, 80, 100}) {
            String verdict = verdict(SampleReports.manyRanks(64, 17), new Terminal(columns, true, false), "r.json");
            assertThat(verdict).contains("rank 17");
            assertThat(verdict.lines())
                    .allSatisfy(line -> assertThat(Cells.width(line)).isLessThanOrEqualTo(columns));
        }
    }

    @Test
    void plainEncoding_printsAsciiAlone() {
        assertThat(verdict(SampleReports.deadHead(), new Terminal(100, false, false), null))
                .isASCII();
        assertThat(verdict(SampleReports.healthy(List.of()), new Terminal(100, false, false), null))
                .isASCII();
    }

    @Test
    void colour_changesNoWord() {
        String coloured = verdict(SampleReports.deadHead(), new Terminal(100, true, true), null);
        assertThat(coloured).contains("\u001b[1;31m");
        assertThat(coloured.replaceAll("\u001b\\[[0-9;]*m", ""))
                .isEqualTo(verdict(SampleReports.deadHead(), PLAIN, null));
    }

    @Test
    void oddNames_doNotReachTheTerminal() {
        String odd = "evil\u001b[2J\r\n\u202ename";
        JobReport report = SampleReports.with(
                List.of(SampleReports.rank(0, 3, 3, RankState.FAILED, odd)),
                List.of(SampleReports.model(odd, 2, List.of(SampleReports.row(odd, 2, odd, Mark.NEVER)))),
                List.of(SampleReports.finding(Severity.ERROR, Cause.NEVER_CALLED, odd)));
        assertThat(verdict(report, PLAIN, null))
                .contains("evil\\x1b[2J\\x0d\\x0a\\u202ename")
                .doesNotContain("\u001b", "\r", "\u202e");
    }

    @Test
    void longNames_areCutInTheMiddle() {
        String name = "backbone." + "block.".repeat(40) + "head";
        JobReport report = SampleReports.with(
                List.of(SampleReports.rank(0, 3, 3, RankState.RUNNING, null)),
                List.of(SampleReports.model("Net", 2, List.of(SampleReports.row(name, 2, "never ran", Mark.NEVER)))),
                List.of(SampleReports.finding(Severity.ERROR, Cause.NEVER_CALLED, "a head never runs")));
        assertThat(verdict(report, PLAIN, null).lines())
                .anySatisfy(line -> assertThat(line).contains("backbone.block", "…", "block.head", "never ran"))
                .allSatisfy(line -> assertThat(Cells.width(line)).isLessThanOrEqualTo(100));
    }

    @Test
    void noRank_saysWhatToCheck() {
        assertThat(verdict(SampleReports.silent(0), PLAIN, null))
                .startsWith("gradwatch  train.py · finished\n")
                .contains(
                        "No rank reported",
                        "DistributedDataParallel",
                        "-I",
                        "GRADWATCH_COLLECTOR",
                        "GRADWATCH_DISABLE");
    }

    @Test
    void unexplainedFailure_saysWhatEachRankRaised() {
        JobReport report = SampleReports.ended(
                SampleReports.with(
                        List.of(
                                SampleReports.rank(0, 4, 4, RankState.FAILED, "KeyError: 'label'"),
                                SampleReports.rank(1, 4, 4, RankState.LOST, null),
                                SampleReports.rank(2, 4, 4, RankState.LOST, null)),
                        List.of(),
                        List.of()),
                1);
        assertThat(verdict(report, PLAIN, null))
                .contains("died after 4 steps", "rank 0     KeyError: 'label'", "ranks 1,2  was gone without a word");
    }

    @Test
    void silentlyWrongResults_areSaidInTheFirstLine() {
        Finding desync = SampleReports.finding(Severity.CRITICAL, Cause.RANK_DESYNC, "ranks hold different weights");
        assertThat(verdict(SampleReports.healthy(List.of(desync)), PLAIN, null))
                .startsWith(
                        "gradwatch  TwoHeads · 2 ranks · torch 2.13.0 · finished after 60 steps · its results are wrong\n");
    }

    @Test
    void shortRun_saysWhatTheWatchingTook() {
        WatchCost cost = new WatchCost(20_000_000, 200_000_000, 0);
        JobReport report = SampleReports.with(
                List.of(new JobReport.Rank(0, "node1", 1, "cpu", 6, 6, 6, 0, RankState.FINISHED, null, cost)),
                List.of(SampleReports.model("Net", 2, List.of(SampleReports.row("Net", 2, "", Mark.USED)))),
                List.of());
        assertThat(verdict(report, PLAIN, null)).endsWith("watching cost 0.02 s\n");
    }

    @Test
    void modelThatNoPassWentThrough_gotNoGradients() {
        JobReport report = SampleReports.with(
                List.of(SampleReports.rank(0, 6, 6, RankState.FINISHED, null)),
                List.of(
                        SampleReports.model("Student", 2, List.of(SampleReports.row("Student", 2, "", Mark.USED))),
                        SampleReports.model("Teacher", 2, List.of(SampleReports.row("Teacher", 2, "", Mark.UNKNOWN)))),
                List.of());
        assertThat(verdict(report, PLAIN, null)).contains("4 parameter tensors watched in 6 of 6 steps");
    }

    @Test
    void interruptedJob_isNotCalledAFailure() {
        JobReport report = SampleReports.ended(
                SampleReports.with(
                        List.of(SampleReports.rank(0, 6, 6, RankState.FAILED, "KeyboardInterrupt: ")),
                        List.of(SampleReports.model("Net", 2, List.of(SampleReports.row("Net", 2, "", Mark.USED)))),
                        List.of()),
                130);
        assertThat(verdict(report, PLAIN, null))
                .startsWith("gradwatch  Net · 1 rank · torch 2.13.0 · interrupted after 6 steps")
                .contains("2 parameter tensors all got gradients in 6 of 6 steps watched")
                .doesNotContain("failure");
    }

    @Test
    void rankThatOnlyLostItsPeer_doesNotSayHowTheJobDied() {
        String late =
                "RuntimeError: Expected to have finished reduction in the prior iteration before starting a new one.";
        JobReport report = SampleReports.ended(
                SampleReports.with(
                        List.of(
                                SampleReports.rank(
                                        0, 1, 1, RankState.FAILED, "RuntimeError: Connection closed by peer"),
                                SampleReports.rank(1, 1, 1, RankState.FAILED, late)),
                        List.of(),
                        List.of(SampleReports.finding(Severity.ERROR, Cause.RANK_DIVERGENT, "ranks differ"))),
                1);
        assertThat(verdict(report, PLAIN, null)).contains("died in step 1, at the next forward");
    }

    @Test
    void flagCost_isALine() {
        VerdictPrinter printer = new VerdictPrinter(PLAIN);
        assertThat(printer.flagCost("a", new FlagCost("a", "b", 0.0125, 0.012)))
                .isEqualTo(
                        "  find_unused_parameters costs this job 4.2 % (12.5 ms instead of 12.0 ms a step, beside run"
                                + " b)\n");
        assertThat(printer.flagCost("b", new FlagCost("a", "b", 1.5, 0.75)))
                .contains("costs this job 100.0 % (1.50 s instead of 750 ms a step, beside run a)");
    }

    @Test
    void flagCost_thatIsTinyOrNegativeCannotBeMeasured() {
        VerdictPrinter printer = new VerdictPrinter(PLAIN);
        assertThat(printer.flagCost("a", new FlagCost("a", "b", 0.01209, 0.012)))
                .isEqualTo(
                        "  find_unused_parameters has no measurable cost for this job (12.1 ms a step with it, 12.0 ms"
                                + " without, beside run b)\n");
        assertThat(printer.flagCost("b", new FlagCost("a", "b", 0.001, 0.0012)))
                .contains("no measurable cost")
                .contains("beside run a");
    }

    @Test
    void signal_isNamed() {
        JobReport report = SampleReports.ended(
                SampleReports.with(List.of(SampleReports.rank(0, 1, 1, RankState.LOST, null)), List.of(), List.of()),
                137);
        assertThat(verdict(report, PLAIN, null)).contains("killed by SIGKILL after 1 step");
    }

    private static String verdict(JobReport report, Terminal terminal, String file) {
        return new VerdictPrinter(terminal).verdict(report, file);
    }
}
