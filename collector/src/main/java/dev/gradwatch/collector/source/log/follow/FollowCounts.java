package dev.gradwatch.collector.source.log.follow;

/**
 * What a follower did since its start.
 *
 * @param opened texts that were opened
 * @param ended texts that have ended, those dropped included
 * @param bytes handed over
 * @param truncations files that were cut or written anew under their name
 * @param rotations files that lost their name to a rename or to another file
 * @param errors times that a file or folder could not be read, one for each time it began
 * @param dropped texts that threw
 * @param overLimit files that matched at the latest walk and were not followed because there are too many
 */
public record FollowCounts(
        long opened,
        long ended,
        long bytes,
        long truncations,
        long rotations,
        long errors,
        long dropped,
        long overLimit) {
    /** Files followed now. */
    public long following() {
        return opened - ended;
    }
}
