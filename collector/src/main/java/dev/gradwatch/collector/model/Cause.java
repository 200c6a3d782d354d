package dev.gradwatch.collector.model;

/** Why a parameter, a rank or a job is in trouble. The ids are those of the report's JSON. */
public enum Cause {
    NEVER_CALLED,
    GRAPH_CUT,
    OUTPUT_NOT_IN_LOSS,
    INTERMITTENT,
    LATE_FIRST_USE,
    RANK_DIVERGENT,
    FROZEN_AFTER_WRAP,
    UNFROZEN_AFTER_WRAP,
    ZERO_GRADIENT,
    READY_TWICE,
    RANK_DESYNC,
    FORWARD_OUTSIDE_DDP,
    FLAG_NOT_NEEDED,
    STATIC_GRAPH_WITH_NO_SYNC,
    EXPLODING_GRADIENT,
    VANISHING_GRADIENT,
    NONFINITE_GRADIENT,
    /** Parameters got no gradient, and a log alone does not tell which of the causes above it was. */
    UNUSED_PARAMETERS,
    RANK_KILLED,
    RANK_FAILED,
    CONNECTION_LOST,
    MODEL_MISMATCH,
    COLLECTIVE_MISMATCH,
    COLLECTIVE_TIMEOUT,
    OUT_OF_MEMORY,
    CUDA_ERROR,
    GPU_SHARED_BY_RANKS,
    MISSING_ENVIRONMENT,
    DATASET_ERROR,
    STATE_DICT_MISMATCH,
    PRETRAINED_MISMATCH,
    METRIC_JUMP,
    OVERFIT_GAP,
    GPU_IDLE,
    GPU_SATURATED,
    GPU_MEMORY_FULL,
    GPU_MEMORY_GROWING,
    GPU_MEMORY_TAKEN,
    GPU_THROTTLED,
    GPU_ERRORS,
    GPU_MEMORY_UNEQUAL,
    /** A message that a signature explains, and that is of no cause above. */
    KNOWN_MESSAGE;

    public String id() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
