package dev.gradwatch.collector.analysis.advice;

import dev.gradwatch.collector.model.Manifest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Names a set of parameters by their modules: the topmost ones that lie wholly within it, siblings by number in one name, such as {@code
 * decoder.seg_layers.{0,1,2}}, {@code layers.{0-11}.adapter}, or in DJL {@code 02heads_{01Linear,02Linear}}. A parameter whose module has others that are not in the set stands by its own name.
 */
public final class ModuleGroups {
    private ModuleGroups() {}

    /** Modules (or parameters) that make up the set, each by its own name, in the model's order. */
    public static List<String> names(Manifest manifest, int[] parameters) {
        ModulePaths paths = ModulePaths.of(manifest);
        Set<Integer> chosen = new LinkedHashSet<>();
        for (int parameter : parameters) {
            chosen.add(parameter);
        }
        Map<String, int[]> sizes = new HashMap<>();
        for (int p = 0; p < manifest.parameters().size(); p++) {
            // What was frozen before the wrap beside a head's weight does not keep the head from being named.
            if (chosen.contains(p) || manifest.parameters().get(p).trainable()) {
                List<String> parts = paths.parts(moduleOf(manifest, p));
                for (int depth = parts.size(); depth >= 0; depth--) {
                    int[] size = sizes.computeIfAbsent(paths.join(parts.subList(0, depth)), name -> new int[2]);
                    size[0]++;
                    size[1] += chosen.contains(p) ? 1 : 0;
                }
            }
        }
        Set<String> names = new LinkedHashSet<>();
        for (int parameter : parameters) {
            names.add(topmost(manifest, paths, parameter, sizes));
        }
        return new ArrayList<>(names);
    }

    private static String topmost(Manifest manifest, ModulePaths paths, int parameter, Map<String, int[]> sizes) {
        List<String> parts = paths.parts(moduleOf(manifest, parameter));
        for (int depth = 0; depth <= parts.size(); depth++) {
            String module = paths.join(parts.subList(0, depth));
            int[] size = sizes.get(module);
            if (size != null && size[0] == size[1]) {
                return depth == 0 ? manifest.name() : module;
            }
        }
        return manifest.parameters().get(parameter).name();
    }

    private static String moduleOf(Manifest manifest, int parameter) {
        return manifest.modules()
                .get(manifest.parameters().get(parameter).module())
                .name();
    }

    /** Those names, as torch has them, with siblings by number in one. */
    public static List<String> grouped(List<String> names) {
        return grouped(names, ModulePaths.dotted());
    }

    /** Those names with siblings by number in one. */
    public static List<String> grouped(List<String> names, ModulePaths paths) {
        Map<String, List<String>> parts = new LinkedHashMap<>();
        names.forEach(name -> parts.put(name, paths.parts(name)));
        Map<Shape, List<String>> byShape = new LinkedHashMap<>();
        for (String name : names) {
            byShape.computeIfAbsent(bestShape(name, parts, paths), shape -> new ArrayList<>())
                    .add(name);
        }
        List<String> out = new ArrayList<>();
        byShape.forEach((shape, members) -> out.add(
                members.size() == 1
                        ? members.get(0)
                        : braced(shape, members.stream().map(parts::get).toList(), paths)));
        return out;
    }

    /**
     * A name with one of its numbers left out.
     *
     * @param at which part; -1 where none is
     */
    private record Shape(List<String> rest, int at) {
        static Shape without(List<String> parts, int at) {
            List<String> rest = new ArrayList<>(parts);
            rest.remove(at);
            return new Shape(rest, at);
        }
    }

    /** The shape that most names share; the name itself where it has no number. */
    private static Shape bestShape(String name, Map<String, List<String>> names, ModulePaths paths) {
        List<String> parts = names.getOrDefault(name, List.of());
        Shape best = new Shape(parts, -1);
        long most = 1;
        for (int i = parts.size() - 1; i >= 0; i--) {
            if (paths.isNumbered(parts.get(i))) {
                Shape shape = Shape.without(parts, i);
                long sharing = names.size() > MAX_COMPARED
                        ? 2
                        : names.values().stream()
                                .filter(other -> hasShape(other, shape, paths))
                                .count();
                if (sharing > most) {
                    best = shape;
                    most = sharing;
                }
            }
        }
        return best;
    }

    /** With more names than these the last number is taken, instead of comparing each with each. */
    private static final int MAX_COMPARED = 2_000;

    private static boolean hasShape(List<String> parts, Shape shape, ModulePaths paths) {
        int at = shape.at();
        List<String> rest = shape.rest();
        return parts.size() == rest.size() + 1
                && paths.isNumbered(parts.get(at))
                && parts.subList(0, at).equals(rest.subList(0, at))
                && parts.subList(at + 1, parts.size()).equals(rest.subList(at, rest.size()));
    }

    private static String braced(Shape shape, List<List<String>> members, ModulePaths paths) {
        List<String> parts = new ArrayList<>(shape.rest());
        String siblings = paths.siblings(
                members.stream().map(member -> member.get(shape.at())).toList());
        parts.add(shape.at(), "{" + siblings + "}");
        return paths.join(parts);
    }

    /** Ascending numbers, four and more in a row as a range: {@code 0,2} or {@code 0-3,7}. */
    public static String ranges(List<Integer> numbers) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < numbers.size(); ) {
            int end = i;
            while (end + 1 < numbers.size() && numbers.get(end + 1) == numbers.get(end) + 1) {
                end++;
            }
            if (end - i < 3) {
                end = i;
            }
            out.append(out.isEmpty() ? "" : ",").append(numbers.get(i));
            if (end > i) {
                out.append('-').append(numbers.get(end));
            }
            i = end + 1;
        }
        return out.toString();
    }

    static boolean isNumber(String part) {
        return !part.isEmpty() && part.length() < 10 && part.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
