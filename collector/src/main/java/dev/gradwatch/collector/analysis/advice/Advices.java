package dev.gradwatch.collector.analysis.advice;

import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Advice;
import java.util.List;

/** Makes advice for one model of a job: the reason from the detector, the snippet from the job's own names. */
public final class Advices {
    private final Snippets snippets;

    public Advices(Snippets snippets) {
        this.snippets = snippets;
    }

    /** An action to avoid, with the reason. */
    public static Advice avoid(Action action, String why) {
        return new Advice(action, why, null);
    }

    /** @param names modules or parameters, each by its own name */
    public Advice removeOrFreeze(List<String> names, String why) {
        return new Advice(Action.REMOVE_OR_FREEZE_BEFORE_WRAP, why, snippets.freeze(names));
    }

    public Advice freezeBeforeWrap(List<String> names, String why) {
        return new Advice(Action.FREEZE_BEFORE_WRAP, why, snippets.freezeThenWrap(names));
    }

    public Advice wrapAfterUnfreeze(List<String> names, String why) {
        return new Advice(Action.WRAP_AFTER_UNFREEZE, why, snippets.wrapAfterUnfreeze(names));
    }

    public Advice useOrDropOutput(List<String> names, String why) {
        return new Advice(Action.USE_OR_DROP_OUTPUT, why, snippets.useOrDrop(names));
    }

    public Advice returnTensors(String why) {
        return new Advice(Action.USE_OR_DROP_OUTPUT, why, Snippets.RETURN_TENSORS);
    }

    public Advice findUnused(String why) {
        return new Advice(Action.FIND_UNUSED_PARAMETERS, why, snippets.findUnused(true));
    }

    public Advice disableFindUnused(String why) {
        return new Advice(Action.DISABLE_FIND_UNUSED_PARAMETERS, why, snippets.findUnused(false));
    }

    public Advice staticGraph(String why) {
        return new Advice(Action.STATIC_GRAPH, why, snippets.staticGraph(true));
    }

    public Advice dropStaticGraph(String why) {
        return new Advice(Action.DROP_STATIC_GRAPH, why, snippets.staticGraph(false));
    }

    public Advice reentrantFalse(String why) {
        return new Advice(Action.USE_REENTRANT_FALSE, why, snippets.reentrantFalse());
    }

    public Advice callTheDdpModule(String why) {
        return new Advice(Action.CALL_THE_DDP_MODULE, why, snippets.callTheDdpModule());
    }

    public Advice syncEveryMicrobatch(String why) {
        return new Advice(Action.SYNC_EVERY_MICROBATCH, why, snippets.syncEveryMicrobatch());
    }

    public Advice clip(String why) {
        return new Advice(Action.CLIP_GRADIENTS_OR_LOWER_RATE, why, snippets.clip());
    }

    public Advice findFirstNonfinite(long step, String why) {
        return new Advice(Action.FIND_FIRST_NONFINITE, why, snippets.anomaly(step));
    }

    /** An action without code: what is to be looked at is the user's own. */
    public Advice check(Action action, String why) {
        return new Advice(action, why, null);
    }
}
