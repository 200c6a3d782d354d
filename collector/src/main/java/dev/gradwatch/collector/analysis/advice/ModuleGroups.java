package dev.gradwatch.collector.analysis.advice;

import dev.gradwatch.collector.model.Manifest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Names a set of parameters by their modules: the topmost ones that lie wholly within it, siblings by number in one name, such as {@code
 * decoder.seg_layers.{0,1,2}} or {@code layers.{0-11}.adapter}. A parameter whose module has others that are not in the set stands by its own name.
 */
public final class ModuleGroups {
    private ModuleGroups() {}

    /** Modules (or parameters) that make up the set, each by its own name, in the model's order. */
    public static List<String> names(Manifest manifest, int[] parameters) {
        Set<Integer> chosen = new LinkedHashSet<>();
        for (int parameter : parameters) {
            chosen.add(parameter);
        }
        Map<String, int[]> sizes = new HashMap<>();
        for (int p = 0; p < manifest.parameters().size(); p++) {
            // What was frozen before the wrap beside a head's weight does not keep the head from being named.
            if (chosen.contains(p) || manifest.parameters().get(p).trainable()) {
                String module = moduleOf(manifest, p);
                for (String at = module; ; at = parent(at)) {
                    int[] size = sizes.computeIfAbsent(at, name -> new int[2]);
                    size[0]++;
                    size[1] += chosen.contains(p) ? 1 : 0;
                    if (at.isEmpty()) {
                        break;
                    }
                }
            }
        }
        Set<String> names = new LinkedHashSet<>();
        for (int parameter : parameters) {
            names.add(topmost(manifest, parameter, whole -> sizes.get(prefix(manifest, parameter, whole))));
        }
        return new ArrayList<>(names);
    }

    private interface Sizes {
        int @Nullable [] of(int depth);
    }

    private static String topmost(Manifest manifest, int parameter, Sizes sizes) {
        String module = moduleOf(manifest, parameter);
        int depths = module.isEmpty() ? 0 : module.split("\\.", -1).length;
        IntPredicate whole = depth -> {
            int[] size = sizes.of(depth);
            return size != null && size[0] == size[1];
        };
        for (int depth = 0; depth <= depths; depth++) {
            if (whole.test(depth)) {
                return depth == 0 ? manifest.name() : prefix(manifest, parameter, depth);
            }
        }
        return manifest.parameters().get(parameter).name();
    }

    private static String prefix(Manifest manifest, int parameter, int depth) {
        String[] parts = moduleOf(manifest, parameter).split("\\.", -1);
        return depth == 0 ? "" : String.join(".", List.of(parts).subList(0, depth));
    }

    private static String moduleOf(Manifest manifest, int parameter) {
        return manifest.modules()
                .get(manifest.parameters().get(parameter).module())
                .name();
    }

    private static String parent(String module) {
        int dot = module.lastIndexOf('.');
        return dot < 0 ? "" : module.substring(0, dot);
    }

    /** Those names with siblings by number in one. */
    public static List<String> grouped(List<String> names) {
        Map<String, List<String>> byShape = new LinkedHashMap<>();
        for (String name : names) {
            byShape.computeIfAbsent(bestShape(name, names), shape -> new ArrayList<>())
                    .add(name);
        }
        List<String> out = new ArrayList<>();
        byShape.forEach((shape, members) -> out.add(members.size() == 1 ? members.get(0) : braced(shape, members)));
        return out;
    }

    /** Of the name with one number left out, the shape that most names share; the name itself where it has no number. */
    private static String bestShape(String name, Collection<String> names) {
        String[] parts = name.split("\\.", -1);
        String best = name;
        long most = 1;
        for (int i = parts.length - 1; i >= 0; i--) {
            if (isNumber(parts[i])) {
                String shape = shape(parts, i);
                int at = i;
                long sharing = names.size() > MAX_COMPARED
                        ? 2
                        : names.stream()
                                .filter(other -> hasShape(other, shape, at))
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

    private static boolean hasShape(String name, String shape, int position) {
        String[] parts = name.split("\\.", -1);
        return position < parts.length
                && isNumber(parts[position])
                && shape(parts, position).equals(shape);
    }

    private static String shape(String[] parts, int position) {
        String[] copy = parts.clone();
        copy[position] = "*";
        return String.join(".", copy);
    }

    private static String braced(String shape, List<String> members) {
        int at = List.of(shape.split("\\.", -1)).indexOf("*");
        List<Integer> numbers = members.stream()
                .map(member -> Integer.parseInt(member.split("\\.", -1)[at]))
                .sorted()
                .toList();
        return shape.replace("*", "{" + ranges(numbers) + "}");
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
