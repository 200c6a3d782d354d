package dev.gradwatch.collector.model;

/** How loud a finding is, worst last, so that {@code compareTo} orders by loudness. */
public enum Severity {
    /** Worth knowing; nobody is woken. */
    INFO,
    /** Compute or learning is wasted. */
    WARNING,
    /** The job died or will die of it. */
    ERROR,
    /** Results are silently wrong. */
    CRITICAL;

    /** As it stands in JSON: {@code info}, {@code warning} … */
    public String id() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
