package dev.gradwatch.collector.model;

import java.util.Locale;

/**
 * Names a part of a job's state that is kept and replaced as a whole.
 *
 * @param rank 0 where the part is of no rank
 * @param index the model, or the chunk of a log; else 0
 */
public record JobPart(Kind kind, int rank, int index) implements Comparable<JobPart> {
    /** Numbered in the order in which their facts are folded; the numbers stand in stores. */
    public enum Kind {
        /** The launcher's word, and what stayed of former launches. */
        START(0),
        RANK(1),
        MANIFEST(2),
        LEDGER(3),
        PROBES(4),
        /** How ranks' norms once differed in a model. */
        NORMS(5),
        /** Progress, failures, and how the rank left. */
        RANK_END(6),
        LINES(7),
        LOG(8),
        EPOCHS(9),
        END(10),
        /** What a rank's GPU did. */
        GPU(11);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        private static Kind of(long number) {
            for (Kind kind : values()) {
                if (kind.number == number) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("kind: " + number + " (expected: that of a part of a job)");
        }
    }

    private static final int INDEX_BITS = 16;
    private static final int RANK_BITS = 24;

    public static JobPart of(Kind kind) {
        return new JobPart(kind, 0, 0);
    }

    public static JobPart ofRank(Kind kind, int rank) {
        return new JobPart(kind, rank, 0);
    }

    /** Orders the parts of a job. */
    public long place() {
        return (long) kind.number << (RANK_BITS + INDEX_BITS) | (long) rank << INDEX_BITS | index;
    }

    public static JobPart at(long place) {
        return new JobPart(
                Kind.of(place >>> (RANK_BITS + INDEX_BITS)),
                (int) (place >>> INDEX_BITS) & ((1 << RANK_BITS) - 1),
                (int) place & ((1 << INDEX_BITS) - 1));
    }

    @Override
    public int compareTo(JobPart other) {
        return Long.compare(place(), other.place());
    }

    /** Such as {@code ledger/3/0}. */
    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + "/" + rank + "/" + index;
    }
}
