package dev.gradwatch.collector.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is known of a job, as the report's JSON, the terminal and the page show it.
 *
 * @param name as a person would call it: the wrapped module's class, or the script
 * @param exitCode null while it runs or where no launcher told
 * @param startedMicros Unix time; 0 where unknown
 * @param endedMicros 0 while it runs
 * @param framework such as {@code torch 2.13.0+cpu}; empty where no rank reported
 * @param findings worst first
 */
public record JobReport(
        String id,
        String name,
        List<String> command,
        @Nullable Integer exitCode,
        long startedMicros,
        long endedMicros,
        int worldSize,
        String framework,
        Map<String, String> libraries,
        List<Rank> ranks,
        List<Model> models,
        List<Finding> findings) {
    public JobReport {
        command = List.copyOf(command);
        libraries = Map.copyOf(libraries);
        ranks = List.copyOf(ranks);
        models = List.copyOf(models);
        findings = List.copyOf(findings);
    }

    /** Where a rank stands in its life. */
    public enum RankState {
        RUNNING,
        FINISHED,
        FAILED,
        LOST;

        public String id() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * A rank.
     *
     * @param device such as {@code cuda:0}; empty where no reporter told
     * @param steps backward passes completed, of the model with the most
     * @param watchedSteps those that were watched
     * @param step optimizer steps completed, of the model with the most
     * @param stepNanos mean time of a recent step; 0 where unknown
     * @param error type and first line; null where it did not fail
     */
    public record Rank(
            int rank,
            String host,
            long pid,
            String device,
            long steps,
            long watchedSteps,
            long step,
            long stepNanos,
            RankState state,
            @Nullable String error,
            WatchCost cost) {
        /** Whether a reporter watched it; else all that is known of it is what it printed. */
        public boolean watched() {
            return !device.isEmpty();
        }
    }

    /**
     * A model.
     *
     * @param tensors parameter tensors, each shared one once
     * @param aliases groups of names that are one tensor
     * @param modules usage by module, in the model's order, folded to what differs
     * @param notes what could not be seen
     */
    public record Model(
            int id,
            String name,
            String wrapper,
            int tensors,
            int trainable,
            long elements,
            int stateDictKeys,
            List<List<String>> aliases,
            Manifest.@Nullable DdpSettings ddp,
            List<ModuleUsage> modules,
            List<String> notes) {
        public Model {
            aliases = List.copyOf(aliases);
            modules = List.copyOf(modules);
            notes = List.copyOf(notes);
        }
    }

    /** What became of a module's parameters on one rank: the five marks of the page, and one for what is not known. */
    public enum Mark {
        USED,
        /** Used in some of the watched steps. */
        SOMETIMES,
        ZERO,
        NEVER,
        NONFINITE,
        FROZEN,
        UNKNOWN;

        public String id() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * A line of the table of modules by ranks.
     *
     * @param modules as shown, such as {@code decoder.seg_layers.1-3}
     * @param tensors parameter tensors under it
     * @param marks one a rank, in the order of {@link JobReport#ranks}
     * @param note such as {@code not in the loss}; empty where there is nothing to say
     */
    public record ModuleUsage(String modules, int tensors, List<Mark> marks, String note) {
        public ModuleUsage {
            marks = List.copyOf(marks);
        }
    }
}
