package dev.gradwatch.collector.analysis.log;

import dev.gradwatch.collector.analysis.advice.ModuleGroups;
import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.analysis.detect.ModelView;
import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.analysis.state.SyncRule;
import dev.gradwatch.collector.model.LogMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What torch's texts list, by rank: indices, and names where it printed them or a rank's manifest tells them. */
final class UnusedLists {
    /** Rank of texts that do not say theirs. */
    private static final int UNKNOWN = -1;

    private static final Pattern HEAD = Pattern.compile(
            "(?i)(?:^|[._])(?:seg_layers|aux\\w*|ds_?\\w*|deep_?sup\\w*|\\w*heads?|side_?out\\w*)(?:[._]|$)");

    private final Map<Integer, Set<String>> names = new TreeMap<>();
    private final Map<Integer, Set<Integer>> indices = new TreeMap<>();
    private final String[] reduced;
    private boolean truncated;

    private UnusedLists(String[] reduced) {
        this.reduced = reduced;
    }

    static UnusedLists of(LogView view, List<LogMessage> raised) {
        UnusedLists lists = new UnusedLists(reducedNames(view));
        for (LogMessage message : raised) {
            int rank = message.rank() == null ? UNKNOWN : message.rank();
            message.list("param_names").forEach(name -> lists.names(rank).add(String.valueOf(name)));
            for (Object index : message.list("param_indices")) {
                if (index instanceof Integer number) {
                    lists.index(rank, number);
                }
            }
            lists.indices.computeIfAbsent(rank, r -> new TreeSet<>());
            lists.truncated |= message.flag("truncated");
        }
        // One line a parameter, not cut, where the C++ log level shows them.
        for (LogMessage message : view.of("ddp.unused.param_log")) {
            int rank = message.rank() == null ? UNKNOWN : message.rank();
            if (!message.field("fqn").isEmpty() && lists.indices.containsKey(rank)) {
                lists.names(rank).add(message.field("fqn"));
            }
        }
        return lists;
    }

    /** Torch's index k is the k-th of these, where the job's one model was described; empty where none was, or several. */
    private static String[] reducedNames(LogView view) {
        List<ModelView> models = view.job().models();
        if (models.size() != 1) {
            return new String[0];
        }
        ModelView model = models.get(0);
        int[] places = Words.bits(SyncRule.reducedOf(model.manifest()));
        String[] all = new String[places.length];
        for (int i = 0; i < places.length; i++) {
            all[i] = model.manifest().parameters().get(places[i]).name();
        }
        return all;
    }

    private Set<String> names(int rank) {
        return names.computeIfAbsent(rank, r -> new TreeSet<>(UnusedLists::compareNames));
    }

    private void index(int rank, int index) {
        indices.computeIfAbsent(rank, r -> new TreeSet<>()).add(index);
        if (index >= 0 && index < reduced.length) {
            names(rank).add(reduced[index]);
        }
    }

    /** Numbers by their size, so that layer 10 comes after layer 9. */
    private static int compareNames(String a, String b) {
        String[] left = a.split("\\.", -1);
        String[] right = b.split("\\.", -1);
        for (int i = 0; i < Math.min(left.length, right.length); i++) {
            int order = left[i].length() == right[i].length() || !numbers(left[i], right[i])
                    ? left[i].compareTo(right[i])
                    : Integer.compare(left[i].length(), right[i].length());
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.length, right.length);
    }

    private static boolean numbers(String a, String b) {
        return a.chars().allMatch(Character::isDigit) && b.chars().allMatch(Character::isDigit);
    }

    boolean truncated() {
        return truncated;
    }

    /** Parameters that the same ranks left unused, in one group each. */
    List<Group> groups() {
        Set<Integer> ranks = new TreeSet<>(indices.keySet());
        Set<Integer> known = new TreeSet<>(ranks);
        known.remove(UNKNOWN);
        if (truncated || known.size() < 2) {
            return List.of(new Group(union(names), union(indices), List.copyOf(known), false, truncated));
        }
        boolean named = names.keySet().containsAll(ranks);
        Map<List<Integer>, Group> groups = new LinkedHashMap<>();
        for (String name : named ? union(names) : List.<String>of()) {
            add(groups, holders(names, name), known, name, null);
        }
        for (Integer index : union(indices)) {
            List<Integer> holders = holders(indices, index);
            if (!named || groups.containsKey(holders)) {
                add(groups, holders, known, null, index);
            }
        }
        return groups.isEmpty()
                ? List.of(new Group(union(names), union(indices), List.copyOf(known), false, truncated))
                : List.copyOf(groups.values());
    }

    private static <T> List<Integer> holders(Map<Integer, Set<T>> all, T value) {
        return all.entrySet().stream()
                .filter(entry -> entry.getKey() != UNKNOWN && entry.getValue().contains(value))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static void add(
            Map<List<Integer>, Group> groups,
            List<Integer> holders,
            Set<Integer> known,
            @org.jspecify.annotations.Nullable String name,
            @org.jspecify.annotations.Nullable Integer index) {
        Group former = groups.getOrDefault(
                holders, new Group(List.of(), List.of(), holders, holders.size() < known.size(), false));
        List<String> names = new ArrayList<>(former.names());
        List<Integer> indices = new ArrayList<>(former.indices());
        if (name != null) {
            names.add(name);
        }
        if (index != null) {
            indices.add(index);
        }
        groups.put(holders, new Group(names, indices, holders, former.divergent(), false));
    }

    private static <T> List<T> union(Map<Integer, Set<T>> sets) {
        List<T> all = new ArrayList<>();
        sets.values().stream().flatMap(Collection::stream).distinct().forEach(all::add);
        return all;
    }

    /**
     * @param names empty where they are not known
     * @param indices torch's
     * @param ranks that left them unused; empty where the text does not say
     * @param truncated torch listed more than it printed
     * @param divergent other ranks raised too, and did use them
     */
    record Group(List<String> names, List<Integer> indices, List<Integer> ranks, boolean divergent, boolean truncated) {
        Group {
            names = List.copyOf(names);
            indices = List.copyOf(indices);
            ranks = List.copyOf(ranks);
        }

        /** Owning modules, each by its own name. */
        List<String> modulesEach() {
            return names.stream()
                    .map(name -> name.lastIndexOf('.') < 0 ? name : name.substring(0, name.lastIndexOf('.')))
                    .distinct()
                    .toList();
        }

        /** Owning modules, siblings in one name. */
        List<String> modules() {
            return ModuleGroups.grouped(modulesEach());
        }

        String subject() {
            if (!names.isEmpty()) {
                return Wording.list(modules());
            }
            if (indices.isEmpty()) {
                return "some parameters";
            }
            return (truncated ? "at least " : "") + Wording.count(indices.size(), "parameter") + ", torch's "
                    + (indices.size() == 1 ? "index " : "indices ") + ModuleGroups.ranges(indices) + ",";
        }

        boolean looksLikeHead() {
            return names.stream().anyMatch(name -> HEAD.matcher(name).find());
        }
    }
}
