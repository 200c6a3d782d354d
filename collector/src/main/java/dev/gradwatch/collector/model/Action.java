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
    FIND_FIRST_NONFINITE,
    /** Of a model that nothing wraps. */
    REMOVE_OR_FREEZE,
    /** Of what some steps use: the optimizer moves it in the others too. */
    KEEP_OR_FREEZE_UNUSED,
    /** Of a log that cannot tell more: run the job under the reporter. */
    RUN_UNDER_GRADWATCH,
    BUILD_THE_SAME_MODEL,
    ALIGN_COLLECTIVES,
    LOOK_AT_FIRST_RANK,
    RAISE_TIMEOUT,
    REDUCE_GPU_MEMORY,
    ONE_RANK_PER_GPU,
    SET_ALLOCATOR_OPTIONS,
    REDUCE_HOST_MEMORY,
    RUN_WITH_LAUNCH_BLOCKING,
    CHECK_LABELS_AND_INDICES,
    INSTALL_MATCHING_TORCH,
    SET_ENVIRONMENT,
    START_BY_TORCHRUN,
    FIX_DATASET,
    STRIP_KEY_PREFIX,
    MATCH_THE_MODEL,
    LOAD_NON_STRICT,
    LOAD_TRUSTED_PICKLE,
    PRETRAIN_WITH_SAME_PLANS,
    CHECK_DATA_AND_RATE,
    REGULARISE_OR_STOP_EARLY,
    FIX_THE_EXCEPTION,
    FEED_THE_GPU,
    LOOK_AT_THE_CPU,
    LOOK_AT_SLOW_RANK,
    RAISE_BATCH_SIZE,
    SPEED_UP_COMPUTE,
    ADD_GPUS,
    /** Of what is summed or kept over steps: take numbers, not tensors with their graphs. */
    KEEP_NO_GRAPHS,
    RECORD_MEMORY,
    EMPTY_CACHE,
    LIGHTEN_THE_RANK,
    FREE_THE_GPU,
    COOL_OR_POWER_THE_GPU,
    REPAIR_THE_GPU,
    /** What the signature's author says to do. */
    KNOWN_FIX,
    /** What the signature's author says not to do. */
    KNOWN_TRAP;

    public String id() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
