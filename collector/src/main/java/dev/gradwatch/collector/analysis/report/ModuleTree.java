package dev.gradwatch.collector.analysis.report;

import dev.gradwatch.collector.analysis.advice.ModulePaths;
import dev.gradwatch.collector.model.Manifest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/** A model's parameters by the parts of their modules' names, in the model's order. Leaves are parameters. */
final class ModuleTree {
    private final Node root = new Node("", "");

    ModuleTree(Manifest manifest) {
        ModulePaths paths = ModulePaths.of(manifest);
        for (int p = 0; p < manifest.parameters().size(); p++) {
            String module = manifest.modules()
                    .get(manifest.parameters().get(p).module())
                    .name();
            String name = manifest.parameters().get(p).name();
            Node node = root;
            List<String> parts = paths.parts(module);
            for (int depth = 0; depth < parts.size(); depth++) {
                node = node.child(parts.get(depth), paths.join(parts.subList(0, depth + 1)));
            }
            node.parameters.add(p);
            node.leaf(name, p);
        }
    }

    Node root() {
        return root;
    }

    static final class Node {
        private final String name;
        private final String part;
        private final Map<String, Node> children = new LinkedHashMap<>();
        private final List<Integer> parameters = new ArrayList<>();

        Node(String name, String part) {
            this.name = name;
            this.part = part;
        }

        private Node child(String next, String nextName) {
            return children.computeIfAbsent(next, key -> new Node(nextName, key));
        }

        private void leaf(String parameterName, int parameter) {
            Node leaf = new Node(parameterName, "");
            leaf.parameters.add(parameter);
            children.put("=" + parameterName, leaf);
        }

        boolean isRoot() {
            return name.isEmpty();
        }

        String name() {
            return name;
        }

        /** Its place in a list of modules; -1 where it is in none. */
        int number() {
            boolean number =
                    !part.isEmpty() && part.length() < 10 && part.chars().allMatch(c -> c >= '0' && c <= '9');
            return number ? Integer.parseInt(part) : -1;
        }

        List<Node> children() {
            return List.copyOf(children.values());
        }

        int firstParameter() {
            return parameters.isEmpty() ? children.values().iterator().next().firstParameter() : parameters.get(0);
        }

        int tensors() {
            if (isLeaf()) {
                return parameters.size();
            }
            return children.values().stream().mapToInt(Node::tensors).sum();
        }

        private boolean isLeaf() {
            return children.isEmpty();
        }

        boolean agrees(IntPredicate predicate) {
            return isLeaf()
                    ? parameters.stream().allMatch(predicate::test)
                    : children.values().stream().allMatch(child -> child.agrees(predicate));
        }
    }
}
