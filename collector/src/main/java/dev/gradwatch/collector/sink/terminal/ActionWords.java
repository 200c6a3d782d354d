package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.Action;

/** Actions in a few words: as something to do, and as something not to. */
final class ActionWords {
    static String advise(Action action) {
        return switch (action) {
            case REMOVE_OR_FREEZE_BEFORE_WRAP -> "Remove it, or freeze it before the wrap";
            case USE_OR_DROP_OUTPUT -> "Use the output in the loss, or do not return it";
            case FIND_UNUSED_PARAMETERS -> "find_unused_parameters=True";
            case DISABLE_FIND_UNUSED_PARAMETERS -> "find_unused_parameters=False";
            case STATIC_GRAPH -> "static_graph=True";
            case DROP_STATIC_GRAPH -> "Drop static_graph=True";
            case FREEZE_BEFORE_WRAP -> "Freeze before the wrap";
            case WRAP_AFTER_UNFREEZE -> "Unfreeze first, then wrap";
            case CALL_THE_DDP_MODULE -> "Call the DDP module itself";
            case USE_REENTRANT_FALSE -> "Checkpoint with use_reentrant=False";
            case SYNC_EVERY_MICROBATCH -> "Synchronise every micro-batch";
            case CHECK_LOSS_WEIGHT_OR_ACTIVATION -> "Check the loss weight and the activation";
            case CHECK_LOSS_SCALE_OR_ACTIVATION -> "Check the loss scale and the activations";
            case CLIP_GRADIENTS_OR_LOWER_RATE -> "Clip the gradients, or lower the learning rate";
            case FIND_FIRST_NONFINITE -> "Find the first value that is not finite";
        };
    }

    static String avoid(Action action) {
        return switch (action) {
            case REMOVE_OR_FREEZE_BEFORE_WRAP -> "removing or freezing it";
            case FREEZE_BEFORE_WRAP -> "freezing it";
            case USE_OR_DROP_OUTPUT -> "dropping the output";
            default -> advise(action);
        };
    }

    private ActionWords() {}
}
