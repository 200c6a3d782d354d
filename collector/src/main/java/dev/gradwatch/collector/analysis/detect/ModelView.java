package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.analysis.state.RankModel;
import dev.gradwatch.collector.analysis.state.SyncRule;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Evidence;
import dev.gradwatch.collector.model.Manifest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One model of a job, over all ranks that wrapped it. */
public final class ModelView {
    private final JobView job;
    private final int id;
    private final Manifest manifest;
    private final List<RankFacts> ranks = new ArrayList<>();
    private final List<Integer> unlike = new ArrayList<>();
    private final long[] candidates;
    private final Structure structure;
    private final Fate fate;
    private final UnusedCauses causes;

    ModelView(JobView job, int id) {
        this.job = job;
        this.id = id;
        this.manifest = job.ranks().values().stream()
                .flatMap(rank -> Stream.ofNullable(rank.models().get(id)))
                .findFirst()
                .orElseThrow()
                .manifest();
        job.ranks().forEach((rank, state) -> {
            RankModel model = state.models().get(id);
            if (model == null) {
                return;
            }
            if (model.manifest().parameters().size() == manifest.parameters().size()) {
                ranks.add(new RankFacts(rank, state, model));
            } else {
                unlike.add(rank);
            }
        });
        long[] reduced = SyncRule.reducedOf(manifest);
        this.candidates = manifest.ddp() != null ? reduced : trainable(manifest);
        TorchEvidence torch = new TorchEvidence(this, reduced);
        torch.addTo(ranks);
        this.fate = new Fate(manifest, ranks, reduced);
        this.structure = new Structure(manifest, ranks);
        this.causes = new UnusedCauses(this, torch);
    }

    private static long[] trainable(Manifest manifest) {
        long[] words = new long[Words.count(manifest.parameters().size())];
        for (int p = 0; p < manifest.parameters().size(); p++) {
            if (manifest.parameters().get(p).trainable()) {
                Words.set(words, p);
            }
        }
        return words;
    }

    JobView job() {
        return job;
    }

    public int id() {
        return id;
    }

    /** As the first rank described it. */
    public Manifest manifest() {
        return manifest;
    }

    /** Whether DDP wraps it. */
    public boolean plain() {
        return manifest.ddp() == null;
    }

    /** Whether DJL trains it, where DDP's rules do not hold and its words say nothing. */
    public boolean isDjl() {
        return manifest.isDjl();
    }

    /** Ranks that described the same number of parameters, by number. */
    public List<RankFacts> ranks() {
        return ranks;
    }

    /** Ranks that described another number of parameters under the same id; nothing is compared with them. */
    public List<Integer> unlikeRanks() {
        return unlike;
    }

    List<Integer> ranksWhere(Predicate<RankFacts> predicate) {
        return ranks.stream().filter(predicate).map(RankFacts::rank).toList();
    }

    List<Integer> allRanks() {
        return ranksWhere(rank -> true);
    }

    /** Words of the parameters that should get gradients: those that DDP reduces, or the trainable ones of a plain module. */
    long[] candidates() {
        return candidates;
    }

    Structure structure() {
        return structure;
    }

    Fate fate() {
        return fate;
    }

    UnusedCauses causes() {
        return causes;
    }

    /** Why the parameter went unused; null where it did not. */
    public @Nullable Cause causeOf(int parameter) {
        return causes.causeOf(parameter);
    }

    List<String> names(int[] parameters) {
        List<String> names = new ArrayList<>(parameters.length);
        for (int parameter : parameters) {
            names.add(manifest.parameters().get(parameter).name());
        }
        return names;
    }

    /** Passes that count, on the rank with the most. */
    long counted() {
        return ranks.stream().mapToLong(RankFacts::counted).max().orElse(0);
    }

    /** All passes that count, as evidence of something that confidence grows with. */
    Evidence evidence() {
        long steps = Math.max(1, counted());
        long first = ranks.stream()
                .mapToLong(RankFacts::firstCounted)
                .filter(pass -> pass >= 0)
                .min()
                .orElse(0);
        long last = ranks.stream().mapToLong(RankFacts::lastCounted).max().orElse(0);
        return new Evidence(steps, first, Math.max(first, last), Confidence.ofSteps(steps));
    }

    /** Likewise, of something that the structure proves at once. */
    Evidence certainEvidence() {
        Evidence evidence = evidence();
        return new Evidence(evidence.steps(), evidence.firstStep(), evidence.lastStep(), Confidence.HIGH);
    }
}
