package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.RankFailure;
import dev.gradwatch.collector.model.Severity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an unused parameter does to this job, by how DDP was built and by what has happened since. */
final class Fate {
    /** Synchronised passes after one that should have been the last: DDP did not raise, for whatever reason. */
    private static final int OUTLIVED = 3;

    private final Mode mode;
    private final boolean torchRaised;
    private final boolean outlived;
    private final boolean steady;

    /** How DDP was built, as far as unused parameters go. */
    enum Mode {
        /** No DDP. */
        PLAIN,
        DEFAULT,
        FIND,
        STATIC
    }

    Fate(Manifest manifest, List<RankFacts> ranks, long[] reduced) {
        mode = mode(manifest.ddp());
        torchRaised = ranks.stream()
                .anyMatch(rank -> ModelFailures.maybeOf(rank.state(), manifest.model()).stream()
                        .anyMatch(Fate::isOverUnused));
        outlived = ranks.stream().allMatch(rank -> outlived(rank, reduced));
        steady = ranks.stream()
                .allMatch(rank -> rank.steady()
                        && ModelFailures.maybeOf(rank.state(), manifest.model()).stream()
                                .noneMatch(failure -> TorchText.of(failure) == TorchText.STATIC_CHANGED));
    }

    private static Mode mode(Manifest.@Nullable DdpSettings ddp) {
        if (ddp == null) {
            return Mode.PLAIN;
        }
        // static_graph finds unused parameters by itself and overrides the other flag.
        return ddp.staticGraph() ? Mode.STATIC : ddp.findUnusedParameters() ? Mode.FIND : Mode.DEFAULT;
    }

    private static boolean isOverUnused(RankFailure failure) {
        TorchText text = TorchText.of(failure);
        return text == TorchText.UNUSED || text == TorchText.STATIC_CHANGED;
    }

    private static boolean outlived(RankFacts rank, long[] reduced) {
        PassRuns runs = rank.comparable();
        long since = -1;
        for (int r = 0; r < runs.size(); r++) {
            PassRuns.Run run = runs.run(r);
            long passes = run.last() - run.first() + 1;
            if (since >= 0) {
                since += passes;
            } else if (!Words.contains(run.used(), reduced)) {
                since = passes - 1;
            }
        }
        return since >= OUTLIVED;
    }

    Mode mode() {
        return mode;
    }

    /** Whether torch raised over unused parameters of this model. */
    boolean torchRaised() {
        return torchRaised;
    }

    /** Of parameters that no pass used. */
    Severity ofNeverUsed(boolean reachesOutput) {
        if (torchRaised) {
            return Severity.ERROR;
        }
        boolean deadly = mode == Mode.DEFAULT || (mode == Mode.STATIC && reachesOutput);
        return deadly && !outlived ? Severity.ERROR : Severity.WARNING;
    }

    /** Of parameters that some passes used, on some rank. */
    Severity ofSometimesUsed() {
        if (torchRaised) {
            return Severity.ERROR;
        }
        boolean deadly = mode == Mode.DEFAULT || (mode == Mode.STATIC && !steady);
        return !deadly ? Severity.INFO : outlived ? Severity.WARNING : Severity.ERROR;
    }

    /** Whether each rank has used the same parameters in all its passes so far. */
    boolean steady() {
        return steady;
    }
}
