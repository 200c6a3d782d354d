package dev.gradwatch.collector.model;

/** What to do, or to avoid. The ids are those of the report's JSON. */
public enum Action {
    REMOVE_OR_FREEZE_BEFORE_WRAP,
    USE_OR_DROP_OUTPUT,
    FIND_UNUSED_PARAMETERS,
    DISABLE_FIND_UNUSED_PARAMETERS,
    STATIC_GRAPH,
    DROP_STATIC_GRAPH,
    FREEZE_BEFORE_WRAP,
    WRAP_AFTER_UNFREEZE,
    CALL_THE_DDP_MODULE,
    USE_REENTRANT_FALSE,
    SYNC_EVERY_MICROBATCH,
    CHECK_LOSS_WEIGHT_OR_ACTIVATION,
    CHECK_LOSS_SCALE_OR_ACTIVATION,
    CLIP_GRADIENTS_OR_LOWER_RATE,
    FIND_FIRST_NONFINITE;

    public String id() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
