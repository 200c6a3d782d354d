package dev.gradwatch.collector.model;

import org.jspecify.annotations.Nullable;

/**
 * A finding's life. An id stands for one finding of one job, so that what comes back is the alert that was there before.
 *
 * @param id 16 hexadecimal digits, made of the job's id and the finding's
 * @param job the job's id
 * @param jobName as a person would call it
 * @param finding as it was when it was last true
 * @param openedMicros Unix time when it was first opened, or opened again
 * @param updatedMicros when its state or its finding's words last changed
 * @param resolvedMicros null while it is not resolved
 * @param mutedUntilMicros null where no mute fits it now
 * @param acknowledgedBy null where nobody did; empty where the person gave no name
 * @param note what the person said who acknowledged it; empty where nothing
 * @param opened how often it was opened, 1 for the first time
 * @param since how it stands beside the job's last run
 */
public record Alert(
        String id,
        String job,
        String jobName,
        AlertState state,
        Finding finding,
        long openedMicros,
        long updatedMicros,
        @Nullable Long resolvedMicros,
        @Nullable Long mutedUntilMicros,
        @Nullable String acknowledgedBy,
        String note,
        int opened,
        Since since) {

    /** How a finding stands beside the last run of the same job. */
    public enum Since {
        /** There is no earlier run. */
        FIRST_RUN,
        /** The last run did not have it. */
        NEW,
        /** The last run had it too. */
        STILL_THERE;

        public String id() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
