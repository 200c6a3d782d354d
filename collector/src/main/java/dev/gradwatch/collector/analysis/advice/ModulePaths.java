package dev.gradwatch.collector.analysis.advice;

import dev.gradwatch.collector.model.Manifest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How the names of a model's modules are put together. Torch joins them by dots ({@code decoder.seg.0}). DJL joins them by underscores, which may
 * stand in a part too ({@code 02heads_01Linear}), so that only the modules that there are tell where a part ends. Immutable.
 */
public final class ModulePaths {
    private static final ModulePaths DOTTED = new ModulePaths(".", Set.of());

    private final String separator;
    private final Set<String> blocks;

    private ModulePaths(String separator, Set<String> blocks) {
        this.separator = separator;
        this.blocks = blocks;
    }

    /** Names as torch has them. */
    public static ModulePaths dotted() {
        return DOTTED;
    }

    /** As the model's framework has them. */
    public static ModulePaths of(Manifest manifest) {
        if (!manifest.isDjl()) {
            return DOTTED;
        }
        Set<String> blocks = new HashSet<>();
        manifest.modules().forEach(module -> blocks.add(module.name()));
        return new ModulePaths("_", blocks);
    }

    /** Parts of the name of a module or a parameter, from the root on; none of the root itself. */
    public List<String> parts(String name) {
        if (name.isEmpty()) {
            return List.of();
        }
        if (this == DOTTED) {
            return List.of(name.split("\\.", -1));
        }
        List<String> parts = new ArrayList<>();
        String rest = name;
        while (!rest.isEmpty()) {
            String parent = parent(rest);
            parts.add(0, parent.isEmpty() ? rest : rest.substring(parent.length() + 1));
            rest = parent;
        }
        return parts;
    }

    /** The block of the longest name that the name begins with; empty for the root. */
    private String parent(String name) {
        for (int end = name.lastIndexOf('_'); end > 0; end = name.lastIndexOf('_', end - 1)) {
            String candidate = name.substring(0, end);
            if (blocks.contains(candidate)) {
                return candidate;
            }
        }
        return "";
    }

    /** The name of these parts. */
    public String join(List<String> parts) {
        return String.join(separator, parts);
    }

    /** Whether the part says which of its siblings it is: {@code 3}, or in DJL {@code 03Linear}. */
    boolean isNumbered(String part) {
        return this == DOTTED ? ModuleGroups.isNumber(part) : !number(part).isEmpty();
    }

    /** Siblings in one, four and more in a row as a range: {@code 0-3,7}, or in DJL {@code 01Linear,02Linear}. */
    String siblings(List<String> parts) {
        if (this == DOTTED) {
            return ModuleGroups.ranges(
                    parts.stream().map(Integer::parseInt).sorted().toList());
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < parts.size(); ) {
            int end = i;
            while (end + 1 < parts.size() && follows(parts.get(end), parts.get(end + 1))) {
                end++;
            }
            if (end - i < 3) {
                end = i;
            }
            out.append(out.isEmpty() ? "" : ",").append(parts.get(i));
            if (end > i) {
                out.append('-').append(parts.get(end));
            }
            i = end + 1;
        }
        return out.toString();
    }

    private static boolean follows(String part, String next) {
        String number = number(part);
        String nextNumber = number(next);
        return part.substring(number.length()).equals(next.substring(nextNumber.length()))
                && Integer.parseInt(nextNumber) == Integer.parseInt(number) + 1;
    }

    /** The digits that the part begins with; empty where there are none, or more than an int holds. */
    private static String number(String part) {
        int end = 0;
        while (end < part.length() && part.charAt(end) >= '0' && part.charAt(end) <= '9') {
            end++;
        }
        return end < 10 ? part.substring(0, end) : "";
    }
}
