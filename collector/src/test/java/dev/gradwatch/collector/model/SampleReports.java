package dev.gradwatch.collector.model;

import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.JobReport.Model;
import dev.gradwatch.collector.model.JobReport.ModuleUsage;
import dev.gradwatch.collector.model.JobReport.Rank;
import dev.gradwatch.collector.model.JobReport.RankState;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Reports for the tests of what shows them. */
public final class SampleReports {
    public static final String TORCH_SAID =
            "RuntimeError: Expected to have finished reduction in the prior iteration before starting a new one.";

    /** The picture of the command line's design: a deep-supervision head of weight 0 on two ranks. */
    public static JobReport deadHead() {
        return new JobReport(
                "train-7f",
                "PlainConvUNet",
                List.of("torchrun", "--nproc-per-node", "2", "train.py"),
                1,
                1_767_225_600_000_000L,
                1_767_225_604_500_000L,
                2,
                "torch 2.13.0+cpu",
                Map.of("nnunetv2", "2.6"),
                List.of(rank(0, 1, 1, RankState.FAILED, TORCH_SAID), rank(1, 1, 1, RankState.FAILED, TORCH_SAID)),
                List.of(model(
                        "PlainConvUNet",
                        66,
                        List.of(
                                row("encoder", 30, "", Mark.USED, Mark.USED),
                                row("decoder.stages", 28, "", Mark.USED, Mark.USED),
                                row("decoder.seg_layers.0", 2, "not in the loss", Mark.NEVER, Mark.NEVER),
                                row("decoder.seg_layers.1-3", 6, "", Mark.USED, Mark.USED)))),
                List.of(deadHeadFinding()));
    }

    public static Finding deadHeadFinding() {
        return new Finding(
                "output_not_in_loss/decoder.seg_layers.0",
                Cause.OUTPUT_NOT_IN_LOSS,
                Severity.ERROR,
                0,
                "decoder.seg_layers.0 is computed and returned, but the loss never uses it",
                "2 of 66 parameter tensors got no gradient, on both ranks, in the 1 step seen.",
                List.of("decoder.seg_layers.0.weight", "decoder.seg_layers.0.bias"),
                List.of("decoder.seg_layers.0"),
                List.of(0, 1),
                new Evidence(1, 0, 0, Confidence.HIGH),
                List.of(
                        new Advice(
                                Action.USE_OR_DROP_OUTPUT,
                                "a head that the loss leaves out holds up the reduction of every step.",
                                "weights[-1] = 1e-6        # 0 leaves DDP waiting for a gradient that never comes\n"),
                        new Advice(
                                Action.FIND_UNUSED_PARAMETERS,
                                "it runs, costs a graph traversal an iteration, and the head still does not learn.",
                                "DistributedDataParallel(net, device_ids=[rank], find_unused_parameters=True)")),
                List.of(new Advice(
                        Action.STATIC_GRAPH, "the third forward raises, because the output is returned.", null)),
                List.of(new Finding.LogLine(
                        "ddp.unused.default", 0, "stderr", 41, "Parameter indices which did not receive grad: 58 59")));
    }

    /** A finding without more than a severity and a title. */
    public static Finding finding(Severity severity, Cause cause, String title) {
        return new Finding(
                cause.id() + "/x",
                cause,
                severity,
                0,
                title,
                "",
                List.of(),
                List.of(),
                List.of(0),
                new Evidence(60, 0, 59, Confidence.HIGH),
                List.of(),
                List.of(),
                List.of());
    }

    /** Two ranks that all went well for. */
    public static JobReport healthy(List<Finding> findings) {
        return new JobReport(
                "train-80",
                "TwoHeads",
                List.of("train.py"),
                0,
                1_767_225_600_000_000L,
                1_767_225_604_500_000L,
                2,
                "torch 2.13.0+cpu",
                Map.of(),
                List.of(rank(0, 60, 60, RankState.FINISHED, null), rank(1, 60, 60, RankState.FINISHED, null)),
                List.of(model("TwoHeads", 6, List.of(row("TwoHeads", 6, "", Mark.USED, Mark.USED)))),
                findings);
    }

    /** The launcher's command ended, and no rank ever said Hello. */
    public static JobReport silent(int exitCode) {
        return new JobReport(
                "train-81",
                "train.py",
                List.of("python", "train.py"),
                exitCode,
                1_767_225_600_000_000L,
                1_767_225_604_500_000L,
                0,
                "",
                Map.of(),
                List.of(),
                List.of(),
                List.of());
    }

    /** As many ranks, of which one went its own way. */
    public static JobReport manyRanks(int count, int odd) {
        Mark[] encoder = new Mark[count];
        Mark[] head = new Mark[count];
        java.util.Arrays.fill(encoder, Mark.USED);
        java.util.Arrays.fill(head, Mark.USED);
        head[odd] = Mark.SOMETIMES;
        return with(
                IntStream.range(0, count)
                        .mapToObj(rank -> rank(rank, 900, 120, RankState.RUNNING, null))
                        .toList(),
                List.of(model("Net", 8, List.of(row("encoder", 6, "", encoder), row("head", 2, "differs", head)))),
                List.of(finding(Severity.ERROR, Cause.RANK_DIVERGENT, "head is used on some ranks only")));
    }

    public static JobReport with(List<Rank> ranks, List<Model> models, List<Finding> findings) {
        return new JobReport(
                "job", "Net", List.of(), null, 0, 0, ranks.size(), "torch 2.13.0", Map.of(), ranks, models, findings);
    }

    public static JobReport ended(JobReport report, int exitCode) {
        return new JobReport(
                report.id(),
                report.name(),
                report.command(),
                exitCode,
                1_767_225_600_000_000L,
                1_767_225_604_500_000L,
                report.worldSize(),
                report.framework(),
                report.libraries(),
                report.ranks(),
                report.models(),
                report.findings());
    }

    public static Rank rank(int rank, long steps, long watched, RankState state, String error) {
        return new Rank(
                rank,
                "node1",
                4054 + rank,
                "cpu",
                steps,
                watched,
                steps,
                0,
                state,
                error,
                new WatchCost(200_000_000, 100_000_000_000L, 0));
    }

    public static Model model(String name, int tensors, List<ModuleUsage> rows) {
        return new Model(
                0,
                name,
                "DistributedDataParallel",
                tensors,
                tensors,
                123_456,
                180,
                List.of(List.of("encoder.weight", "decoder.encoder.weight")),
                new Manifest.DdpSettings(false, false, true, false, 25.0, false),
                rows,
                List.of("compiled by torch.compile: forwards of its modules were not watched"));
    }

    public static ModuleUsage row(String modules, int tensors, String note, Mark... marks) {
        return new ModuleUsage(modules, tensors, List.of(marks), note);
    }

    private SampleReports() {}
}
