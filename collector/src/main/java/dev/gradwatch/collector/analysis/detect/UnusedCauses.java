package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Manifest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Why each parameter that went unused did: exactly one cause a parameter, the most specific one. Frozen comes first, because it says all; then what
 * differs between ranks in the same pass; then what differs between passes; what is left was never used, and the structure says why.
 */
final class UnusedCauses {
    private final ModelView model;
    private final Map<Cause, long[]> words = new EnumMap<>(Cause.class);
    private final List<FrozenPasses> frozen = new ArrayList<>();
    private final Divergence divergence;

    UnusedCauses(ModelView model, TorchEvidence torch) {
        this.model = model;
        for (RankFacts rank : model.ranks()) {
            followSiblings(rank);
            frozen.add(new FrozenPasses(rank));
        }
        long[] rest = model.candidates().clone();
        Words.and(rest, unusedAnywhere());
        take(Cause.FROZEN_AFTER_WRAP, frozenWithin(rest), rest);
        divergence = new Divergence(model.plain() && !model.isDjl() ? List.of() : model.ranks(), rest);
        torch.addTo(divergence);
        Words.and(divergence.parameters(), rest);
        addSiblingsOfDivergent(rest);
        take(Cause.RANK_DIVERGENT, divergence.parameters(), rest);
        for (int p : Words.bits(rest)) {
            Words.set(words.computeIfAbsent(ownCause(p), cause -> new long[rest.length]), p);
        }
    }

    private void take(Cause cause, long[] taken, long[] rest) {
        words.put(cause, taken);
        Words.andNot(rest, taken);
    }

    private long[] unusedAnywhere() {
        long[] unused = new long[model.candidates().length];
        model.ranks().forEach(rank -> Words.or(unused, rank.unused()));
        return unused;
    }

    private long[] frozenWithin(long[] rest) {
        long[] all = new long[rest.length];
        for (int r = 0; r < frozen.size(); r++) {
            Words.or(all, frozen.get(r).unusedWhileFrozen());
            // Where only torch's text tells of the pass, the parameter is frozen still and was always used before.
            long[] still = frozen.get(r).stillFrozen().clone();
            Words.and(still, model.ranks().get(r).unused());
            Words.or(all, still);
        }
        Words.and(all, rest);
        return all;
    }

    /**
     * A pass that raised may show a bias and not its weight, because the error came between the two. Where both went unused in the same passes
     * before, the weight's use follows from the bias's.
     */
    private void followSiblings(RankFacts rank) {
        Map<Integer, Integer> newlyUsed = new HashMap<>();
        List<Manifest.Parameter> parameters = model.manifest().parameters();
        long[] fresh = rank.used().clone();
        Words.andNot(fresh, rank.usedWhole());
        for (int p : Words.bits(fresh)) {
            newlyUsed.put(parameters.get(p).module(), p);
        }
        if (newlyUsed.isEmpty()) {
            return;
        }
        for (int p = 0; p < parameters.size(); p++) {
            Integer sibling = newlyUsed.get(parameters.get(p).module());
            if (sibling != null && !Words.get(rank.used(), p)) {
                rank.addUsedWithSibling(p, sibling);
            }
        }
    }

    /** Likewise for what one rank's raised pass used and another's could not show: experts beside experts that do diverge. */
    private void addSiblingsOfDivergent(long[] rest) {
        if (Words.isEmpty(divergence.parameters())) {
            return;
        }
        Set<String> parents = new HashSet<>();
        for (int p : Words.bits(divergence.parameters())) {
            parents.add(parentOf(p));
        }
        long[] also = new long[rest.length];
        for (int p : Words.bits(rest)) {
            long users = model.ranks().stream()
                    .filter(rank -> Words.get(rank.used(), p))
                    .count();
            boolean raisedOnly = model.ranks().stream().noneMatch(rank -> Words.get(rank.usedWhole(), p));
            if (raisedOnly && users > 0 && users < model.ranks().size() && parents.contains(parentOf(p))) {
                Words.set(also, p);
            }
        }
        divergence.addAlso(also);
    }

    private String parentOf(int parameter) {
        Manifest manifest = model.manifest();
        String module = manifest.modules()
                .get(manifest.parameters().get(parameter).module())
                .name();
        return module.substring(0, Math.max(0, module.lastIndexOf('.')));
    }

    private Cause ownCause(int parameter) {
        long firstUsed = Long.MAX_VALUE;
        long lastUnused = -1;
        for (RankFacts rank : model.ranks()) {
            firstUsed = Math.min(firstUsed, rank.firstUsed(parameter));
            lastUnused = Math.max(lastUnused, rank.lastUnused(parameter));
        }
        if (firstUsed != Long.MAX_VALUE) {
            return lastUnused < firstUsed ? Cause.LATE_FIRST_USE : Cause.INTERMITTENT;
        }
        Structure structure = model.structure();
        if (structure.reachesOutput(parameter)) {
            return Cause.OUTPUT_NOT_IN_LOSS;
        }
        return structure.modulesSeen() && structure.ran(parameter) ? Cause.GRAPH_CUT : Cause.NEVER_CALLED;
    }

    @Nullable
    Cause causeOf(int parameter) {
        for (Map.Entry<Cause, long[]> entry : words.entrySet()) {
            if (Words.get(entry.getValue(), parameter)) {
                return entry.getKey();
            }
        }
        return null;
    }

    /** Parameters of this cause, ascending. */
    int[] of(Cause cause) {
        long[] of = words.get(cause);
        return of == null ? new int[0] : Words.bits(of);
    }

    /** Whether any parameter went unused for any cause. */
    boolean any() {
        return words.values().stream().anyMatch(of -> !Words.isEmpty(of));
    }

    Divergence divergence() {
        return divergence;
    }

    /** One a rank, in their order. */
    List<FrozenPasses> frozen() {
        return frozen;
    }

    /** Ranks on which any of the parameters went unused. */
    List<Integer> ranksLeaving(int[] parameters) {
        return model.ranksWhere(rank -> {
            for (int p : parameters) {
                if (Words.get(rank.unused(), p)) {
                    return true;
                }
            }
            return false;
        });
    }
}
