package dev.gradwatch.collector.analysis.advice;

import dev.gradwatch.collector.model.Manifest;
import java.util.List;
import java.util.stream.Collectors;

/** Java to paste into a job that trains by DJL, with the job's own blocks. */
public final class DjlSnippets {
    private static final int SPELLED_OUT = 4;
    private static final int MAX_LISTED = 12;
    private static final String ROOT = "model.getBlock()";

    private final Manifest manifest;
    private final ModulePaths paths;

    public DjlSnippets(Manifest manifest) {
        this.manifest = manifest;
        this.paths = ModulePaths.of(manifest);
    }

    String freeze(List<String> names) {
        return "// once, before model.newTrainer(config); or do not add " + (names.size() == 1 ? "it" : "them")
                + " to the block at all\n" + freezing(names, true);
    }

    String freezeWhereUnused(List<String> names) {
        return "// in a step that does not use " + (names.size() == 1 ? "it" : "them") + "\n" + freezing(names, true)
                + "\ntrainer.step();\n" + freezing(names, false);
    }

    String useOutput(List<String> names) {
        return "loss = loss.add(unused.mean().mul(1e-6f));   // unused: the output of " + Wording.list(names);
    }

    String clip() {
        return """
                Optimizer.adam()
                        .optClipGrad(1f)   // each element between -1 and 1
                        .optLearningRateTracker(Tracker.fixed(1e-4f))   // or WarmUpTracker.builder()
                        .build()""";
    }

    String checkValues(long step) {
        return "if (step == " + step + ") {   // after backward, before trainer.step(); ai.djl.util.Utils\n"
                + "    Utils.checkParameterValues(model.getBlock().getParameters(), true, logger);\n"
                + "}\n"
                + "config.addTrainingListeners(new DivergenceCheckTrainingListener());   // ends the job when the loss is NaN";
    }

    private String freezing(List<String> names, boolean freeze) {
        if (names.size() <= SPELLED_OUT) {
            return names.stream().map(name -> freezing(name, freeze)).collect(Collectors.joining("\n"));
        }
        String listed = names.stream()
                .limit(MAX_LISTED)
                // A block is known by the names that its parameters begin with.
                .map(name -> "\"" + (isParameter(name) ? name : name + "_") + "\"")
                .collect(Collectors.joining(", "));
        return "for (Pair<String, Parameter> each : " + ROOT + ".getParameters()) {\n"
                + "    if (Stream.of(" + listed + (names.size() > MAX_LISTED ? ", ..." : "")
                + ").anyMatch(each.getKey()::startsWith)) {\n"
                + "        each.getValue().freeze(" + freeze + ");\n"
                + "    }\n"
                + "}";
    }

    private String freezing(String name, boolean freeze) {
        if (isParameter(name)) {
            List<String> parts = paths.parts(name);
            int last = parts.size() - 1;
            return block(parts.subList(0, last)) + ".getDirectParameters().get(\"" + parts.get(last) + "\").freeze("
                    + freeze + ");";
        }
        // The model's own name stands for all of it.
        boolean whole =
                manifest.modules().stream().noneMatch(module -> module.name().equals(name));
        return block(whole ? List.of() : paths.parts(name)) + ".freezeParameters(" + freeze + ");";
    }

    private boolean isParameter(String name) {
        return manifest.parameters().stream()
                .anyMatch(parameter -> parameter.name().equals(name));
    }

    private static String block(List<String> parts) {
        StringBuilder out = new StringBuilder(ROOT);
        for (String part : parts) {
            out.append(".getChildren().get(\"").append(part).append("\")");
        }
        return out.toString();
    }
}
