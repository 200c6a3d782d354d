package dev.gradwatch.collector.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a rank's GPU since the rank is watched, as it is stored. Times are microseconds of Unix time, 0 where it has not happened.
 *
 * @param firstMicros of the first sample
 * @param uuidMicros since when it computes on the GPU that it computes on now
 * @param firstUncorrected ECC errors when they were first told; null before
 * @param steppedMicros when the first backward pass was seen to be done
 * @param backward passes done at the latest sample
 * @param progressMicros when that number last grew
 * @param patienceMicros how long it may take to grow again, if what lies between is to count as training
 * @param bucketMicros when the bucket that is being filled began
 * @param bucket its sums and counts
 * @param pending buckets of which it is not known yet whether they are of training
 * @param fine buckets of training, oldest first
 * @param coarse the same over longer times, oldest first
 * @param tenancies of other processes, of now and of the last seconds
 */
public record GpuPast(
        long firstMicros,
        long uuidMicros,
        @Nullable Long firstUncorrected,
        long steppedMicros,
        long backward,
        long progressMicros,
        long patienceMicros,
        long bucketMicros,
        double[] bucket,
        Rows pending,
        Rows fine,
        Rows coarse,
        List<Tenancy> tenancies) {
    public GpuPast {
        tenancies = List.copyOf(tenancies);
    }

    /**
     * Buckets.
     *
     * @param micros when each began, oldest first
     * @param values of the first, then of the second, and so on, equally many each; NaN where not known
     */
    public record Rows(long[] micros, float[] values) {}

    /**
     * A process that is on the GPU of a rank and is not that rank.
     *
     * @param rank of the same job; null where it is none of its ranks
     * @param sinceMicros when it was first seen there
     * @param seenMicros when it was last seen there
     * @param usedBytes when it was last seen; NaN where not known
     * @param mostBytes so far; NaN where not known
     */
    public record Tenancy(
            long pid,
            String name,
            @Nullable Integer rank,
            long sinceMicros,
            long seenMicros,
            double usedBytes,
            double mostBytes) {}
}
