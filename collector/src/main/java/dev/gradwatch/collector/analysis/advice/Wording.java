package dev.gradwatch.collector.analysis.advice;

import java.util.List;

/** The phrases that findings are made of. */
public final class Wording {
    private static final int NAMED = 3;

    private Wording() {}

    /** {@code a}, {@code a and b}, {@code a, b, c and 4 more}. */
    public static String list(List<String> names) {
        if (names.size() > NAMED + 1) {
            return String.join(", ", names.subList(0, NAMED)) + " and " + (names.size() - NAMED) + " more";
        }
        return names.size() < 2
                ? String.join("", names)
                : String.join(", ", names.subList(0, names.size() - 1)) + " and " + names.get(names.size() - 1);
    }

    /** {@code on rank 1}, {@code on both ranks}, {@code on all 8 ranks}, {@code on ranks 1,3}. */
    public static String onRanks(List<Integer> ranks, int worldSize) {
        if (ranks.size() == worldSize) {
            return worldSize == 1
                    ? "on the only rank"
                    : worldSize == 2 ? "on both ranks" : "on all " + worldSize + " ranks";
        }
        return ranks.size() == 1 ? "on rank " + ranks.get(0) : "on ranks " + ModuleGroups.ranges(ranks);
    }

    /** {@code rank 1}, {@code ranks 0,2}; {@code a rank} where none is known. */
    public static String ranks(List<Integer> ranks) {
        return ranks.isEmpty() ? "a rank" : (ranks.size() == 1 ? "rank " : "ranks ") + ModuleGroups.ranges(ranks);
    }

    /** Likewise at a sentence's beginning. */
    public static String ranksFirst(List<Integer> ranks) {
        String text = ranks(ranks);
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    /** {@code the 1 step seen}, {@code the 6 steps seen}. */
    public static String stepsSeen(long steps) {
        return "the " + count(steps, "step") + " seen";
    }

    /** {@code 1 step}, {@code 6 steps}, {@code 2 passes}. */
    public static String count(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : noun.endsWith("s") ? "es" : "s");
    }

    /** {@code is} or {@code are}, by how much the names stand for. */
    public static String is(List<String> modules) {
        return many(modules) ? "are" : "is";
    }

    /** {@code it} or {@code them}. */
    public static String it(List<String> modules) {
        return many(modules) ? "them" : "it";
    }

    static boolean many(List<String> modules) {
        return modules.size() > 1 || modules.stream().anyMatch(name -> name.contains("{"));
    }
}
