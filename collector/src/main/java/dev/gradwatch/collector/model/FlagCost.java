package dev.gradwatch.collector.model;

/**
 * What {@code find_unused_parameters} costs a job: two runs of it, alike but for the flag.
 *
 * @param withJob the run with the flag
 * @param withoutJob the run without it
 * @param withSeconds a step takes, the median over the ranks
 * @param withoutSeconds as {@code withSeconds}, and more than 0
 */
public record FlagCost(String withJob, String withoutJob, double withSeconds, double withoutSeconds) {
    /** A smaller share of a step is noise. */
    public static final double LEAST_PERCENT = 1;

    private static final double NANOS = 1e9;
    private static final double HUNDREDTHS = 100;

    /** A step, to the nanosecond; negative where the run with the flag was the faster one. */
    public double differenceSeconds() {
        return Math.round((withSeconds - withoutSeconds) * NANOS) / NANOS;
    }

    /** Of a step without the flag, to the hundredth. */
    public double percent() {
        return Math.round((withSeconds / withoutSeconds - 1) * 100 * HUNDREDTHS) / HUNDREDTHS;
    }

    public boolean isMeasurable() {
        return percent() >= LEAST_PERCENT;
    }

    /** The run that a job is compared with. */
    public String beside(String job) {
        return job.equals(withJob) ? withoutJob : withJob;
    }
}
