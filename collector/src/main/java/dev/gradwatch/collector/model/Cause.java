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
    RANK_KILLED,
    RANK_FAILED,
    CONNECTION_LOST;

    public String id() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
