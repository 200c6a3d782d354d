package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.advice.ModuleGroups;
import dev.gradwatch.collector.analysis.detect.Fate.Mode;
import dev.gradwatch.collector.analysis.ledger.Timeline;
import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.analysis.state.Launch;
import dev.gradwatch.collector.analysis.state.NormRing;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Evidence;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.PassFlags;
import dev.gradwatch.collector.model.Severity;
import java.util.BitSet;
import java.util.List;

/**
 * {@code rank_desync}: after a synchronised backward, ranks differ in a gradient norm, or in the checksum of their weights. Causes that explain it
 * speak instead of it.
 */
final class RankDesyncDetector implements Detector {
    @Override
    public List<Finding> detect(ModelView model) {
        Launch launch = model.job().launch();
        NormRing ring = launch == null ? null : launch.normsOf(model.id());
        NormRing.Difference norms = ring == null ? null : ring.difference();
        Checksums checksums = new Checksums(model);
        Manifest.DdpSettings ddp = model.manifest().ddp();
        // With a communication hook (PowerSGD, local SGD) ranks may differ by design.
        boolean byDesign = ddp == null || ddp.commHook();
        if (byDesign || (norms == null && checksums.differing() == 0)) {
            return List.of();
        }
        BitSet ranks = (BitSet) checksums.ranks().clone();
        long[] parameters = model.candidates();
        long first = checksums.first() < 0 ? Long.MAX_VALUE : checksums.first();
        long last = checksums.last();
        long passes = checksums.differing() > 0 ? 1 : 0;
        if (norms != null) {
            ranks.or(norms.ranks());
            parameters = norms.parameters();
            first = Math.min(first, norms.first());
            last = Math.max(last, norms.last());
            passes = Math.max(passes, norms.passes());
        }
        Draft draft = new Draft(model, Cause.RANK_DESYNC, Severity.CRITICAL, Words.bits(parameters))
                .ranks(ranks.stream().boxed().toList())
                .evidence(new Evidence(passes, first, last, Confidence.HIGH));
        draft.title("the ranks no longer train the same model");
        draft.detail((norms == null
                        ? ""
                        : "After a synchronised backward, " + draft.share() + " had another gradient norm on ranks "
                                + ModuleGroups.ranges(
                                        norms.ranks().stream().boxed().toList()) + ", first in backward pass "
                                + norms.first() + ". ")
                + (checksums.differing() == 0
                        ? ""
                        : "The weights of ranks "
                                + ModuleGroups.ranges(
                                        checksums.ranks().stream().boxed().toList()) + " differ since backward pass "
                                + checksums.first() + ". ")
                + "Nothing raises; each rank's result is its own.");
        advise(model, draft);
        return List.of(draft.finding());
    }

    private static void advise(ModelView model, Draft draft) {
        boolean noSync = model.ranks().stream().anyMatch(RankDesyncDetector::usesNoSync);
        if (model.structure().reentrant()) {
            draft.advise(
                    draft.make()
                            .reentrantFalse(
                                    "A module that goes through two reentrant checkpoints gets part of its gradient after DDP has averaged it."));
        } else if (noSync) {
            draft.advise(
                    draft.make()
                            .syncEveryMicrobatch(
                                    "Where steps under no_sync use other parameters than the one that synchronises, older versions of torch"
                                            + " leave what that one did not use unaveraged: synchronise each micro-batch, or upgrade torch."));
        } else {
            draft.advise(draft.make()
                    .callTheDdpModule(
                            "Something changes gradients or weights on one rank only: a backward pass that DDP's forward did not prepare,"
                                    + " or code that runs under a condition on the rank."));
        }
        draft.avoid(
                Action.FIND_UNUSED_PARAMETERS,
                "The ranks already differ; the flag changes what DDP waits for, not what it averages.");
        if (!model.structure().reentrant() && model.fate().mode() != Mode.STATIC) {
            draft.avoid(Action.STATIC_GRAPH, "The ranks already differ; the flag does not average them again.");
        }
    }

    private static boolean usesNoSync(RankFacts rank) {
        Timeline used = rank.model().used();
        for (int run = 0; run < used.runs(); run++) {
            if ((used.flags(run) & PassFlags.NO_SYNC) != 0) {
                return true;
            }
        }
        return false;
    }
}
