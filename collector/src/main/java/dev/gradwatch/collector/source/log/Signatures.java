package dev.gradwatch.collector.source.log;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All signatures of a run, worked up for the search. Immutable; shared by all texts that are read. */
public final class Signatures {
    /** The line that opens an exception; it is told by code, because what follows has no end that a pattern could tell. */
    static final String TRACEBACK = "Traceback (most recent call last)";

    /**
     * What a literal stands for.
     *
     * @param part null where it is the signature's first line
     */
    record Target(Signature signature, Signature.@Nullable Part part) {
        Signature.Probe probe() {
            Signature.Part later = part;
            Signature.Probe head = signature.head();
            if (later != null) {
                return later.probe();
            }
            if (head == null) {
                throw new IllegalStateException("a target has a probe: " + signature.id());
            }
            return head;
        }
    }

    private final List<Signature> all;
    private final List<Target> targets = new ArrayList<>();
    /** By literal, indices of targets. */
    private final List<BitSet> targetsOf = new ArrayList<>();

    /** Of these one is in every line that matters by itself. */
    private final LiteralFilter filter;
    /** Of all, those included that matter only near others. */
    private final LiteralFilter lineFilter;

    private final Prefixes prefixes;

    Signatures(List<Signature> signatures) {
        this.all = List.copyOf(signatures);
        Map<String, BitSet> byLiteral = new LinkedHashMap<>();
        byLiteral.put(TRACEBACK, new BitSet());
        for (Signature signature : all) {
            if (signature.head() != null) {
                add(new Target(signature, null), byLiteral);
            }
            for (Signature.Part part : signature.parts()) {
                add(new Target(signature, part), byLiteral);
            }
        }
        targetsOf.addAll(byLiteral.values());
        lineFilter = new LiteralFilter(List.copyOf(byLiteral.keySet()));
        filter = new LiteralFilter(byLiteral.entrySet().stream()
                .filter(entry ->
                        entry.getValue().isEmpty() || entry.getValue().stream().anyMatch(target -> !isNear(target)))
                .map(Map.Entry::getKey)
                .toList());
        prefixes = new Prefixes(all);
    }

    private boolean isNear(int target) {
        Signature.Part part = targets.get(target).part();
        return part != null && part.near();
    }

    private void add(Target target, Map<String, BitSet> byLiteral) {
        for (String literal : target.probe().literals()) {
            byLiteral.computeIfAbsent(literal, text -> new BitSet()).set(targets.size());
        }
        targets.add(target);
    }

    /** Those of the project and, after them, the user's own. */
    List<Signature> all() {
        return all;
    }

    LiteralFilter filter() {
        return filter;
    }

    Prefixes prefixes() {
        return prefixes;
    }

    /** What may be in a line, by the literals that it holds; in the order of the signatures, each once. */
    List<Target> targets(byte[] line, int from, int to) {
        BitSet possible = new BitSet();
        lineFilter.all(line, from, to).stream().forEach(literal -> possible.or(targetsOf.get(literal)));
        return possible.stream().mapToObj(targets::get).toList();
    }

    /** All text that is looked for, as for {@code grep -F -f}. */
    public List<String> literals() {
        return lineFilter.literals();
    }

    /** An id, its severity and its text, for people. */
    public record Entry(
            String id, String severity, String text, String means, String fix, String trap, String versions) {}

    /** All messages that are known, in the order of the file. */
    public List<Entry> entries() {
        return all.stream()
                .map(signature -> new Entry(
                        signature.id(),
                        signature.catalogueSeverity(),
                        signature.template(),
                        signature.guide().means(),
                        signature.guide().fix(),
                        signature.guide().trap(),
                        signature.versions()))
                .toList();
    }
}
