package dev.gradwatch.collector.analysis.advice;

import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Advice;
import java.util.List;

/** Makes advice for a model that DJL trains: the reason from the detector, the Java from the job's own blocks. */
public final class DjlAdvices {
    private final DjlSnippets snippets;

    public DjlAdvices(DjlSnippets snippets) {
        this.snippets = snippets;
    }

    /** @param names blocks or parameters, each by its own name */
    public Advice removeOrFreeze(List<String> names, String why) {
        return new Advice(Action.REMOVE_OR_FREEZE, why, snippets.freeze(names));
    }

    public Advice keepOrFreezeUnused(List<String> names, String why) {
        return new Advice(Action.KEEP_OR_FREEZE_UNUSED, why, snippets.freezeWhereUnused(names));
    }

    public Advice useOutput(List<String> names, String why) {
        return new Advice(Action.USE_OR_DROP_OUTPUT, why, snippets.useOutput(names));
    }

    public Advice clip(String why) {
        return new Advice(Action.CLIP_GRADIENTS_OR_LOWER_RATE, why, snippets.clip());
    }

    public Advice findFirstNonfinite(long step, String why) {
        return new Advice(Action.FIND_FIRST_NONFINITE, why, snippets.checkValues(step));
    }
}
