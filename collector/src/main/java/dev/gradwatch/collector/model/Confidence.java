package dev.gradwatch.collector.model;

/** How much evidence stands behind a finding. */
public enum Confidence {
    /** 1 or 2 watched steps. */
    LOW,
    /** 3 to 49. */
    MEDIUM,
    /** 50 and more, or what the structure proves at once. */
    HIGH;

    public static Confidence ofSteps(long steps) {
        return steps < 3 ? LOW : steps < 50 ? MEDIUM : HIGH;
    }

    public String id() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
