package dev.gradwatch.agent.djl;

import dev.gradwatch.wire.Limits;
import dev.gradwatch.wire.Manifest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a trainer's block under the names that {@code block.getParameters()} gives them, each once, and the blocks that own them. A block's name is
 * its path, joined by {@code _} as DJL does: {@code 02heads_01Linear}; the root's is empty.
 */
final class Blocks {
    private final String className;
    private final List<Object> parameters = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<List<String>> aliases = new ArrayList<>();
    private final IdentityHashMap<Object, Integer> places = new IdentityHashMap<>();
    private final List<String> modules = new ArrayList<>();
    private final List<String> classes = new ArrayList<>();
    private final List<Integer> parents = new ArrayList<>();
    private final IdentityHashMap<Object, Integer> owners = new IdentityHashMap<>();
    private final int keys;
    private final int untold;

    Blocks(Djl djl, Object root) {
        className = simpleName(root);
        Djl.Named all = djl.parametersOf(root);
        keys = all.size();
        int past = 0;
        for (int i = 0; i < all.size(); i++) {
            Object parameter = all.value(i);
            Integer known = places.get(parameter);
            if (known != null) {
                aliases.get(known).add(all.name(i));
            } else if (parameters.size() == Limits.MAX_PARAMETERS) {
                past++;
            } else {
                places.put(parameter, parameters.size());
                parameters.add(parameter);
                names.add(all.name(i));
                aliases.add(new ArrayList<>());
            }
        }
        untold = past;
        addModules(djl, root, "", -1);
    }

    private void addModules(Djl djl, Object block, String path, int parent) {
        int module = modules.size();
        modules.add(path);
        classes.add(simpleName(block));
        parents.add(parent);
        Djl.Named own = djl.directOf(block);
        for (int i = 0; i < own.size(); i++) {
            owners.putIfAbsent(own.value(i), module);
        }
        Djl.Named children = djl.childrenOf(block);
        for (int i = 0; i < children.size(); i++) {
            Object child = children.value(i);
            if (djl.parametersOf(child).size() > 0) {
                addModules(djl, child, path.isEmpty() ? children.name(i) : path + "_" + children.name(i), module);
            }
        }
    }

    private static String simpleName(Object block) {
        // A class without a name of its own, such as an anonymous one, goes by that of the block that it extends.
        Class<?> type = block.getClass();
        while (type.getSimpleName().isEmpty() && type.getSuperclass() != null) {
            type = type.getSuperclass();
        }
        return type.getSimpleName();
    }

    /** The class of the root. */
    String className() {
        return className;
    }

    int size() {
        return parameters.size();
    }

    Object parameter(int place) {
        return parameters.get(place);
    }

    /** Null where it is none of these. Safe for any thread, since nothing here changes. */
    @Nullable
    Integer placeOf(Object parameter) {
        return places.get(parameter);
    }

    /** The blocks whose own parameters are among those, and all above them; ascending. */
    int[] ran(boolean[] fetched) {
        boolean[] ran = new boolean[modules.size()];
        for (int place = 0; place < fetched.length; place++) {
            if (fetched[place]) {
                for (int module = owner(place); module >= 0 && !ran[module]; module = parents.get(module)) {
                    ran[module] = true;
                }
            }
        }
        int[] found = new int[ran.length];
        int count = 0;
        for (int module = 0; module < ran.length; module++) {
            if (ran[module]) {
                found[count++] = module;
            }
        }
        return Arrays.copyOf(found, count);
    }

    private int owner(int place) {
        return owners.getOrDefault(parameters.get(place), 0);
    }

    /** @param trainable whether each takes a gradient now */
    Manifest manifest(Djl djl, int model, String name, boolean[] trainable) {
        Manifest manifest = new Manifest(model, name, "Trainer", keys);
        for (int module = 0; module < modules.size(); module++) {
            manifest.module(modules.get(module), classes.get(module));
        }
        for (int place = 0; place < size(); place++) {
            Object parameter = parameters.get(place);
            manifest.parameter(
                    names.get(place),
                    djl.shapeOf(parameter),
                    djl.typeOf(parameter),
                    trainable[place],
                    false,
                    owner(place),
                    aliases.get(place));
        }
        return untold == 0 ? manifest : manifest.untold(untold);
    }
}
