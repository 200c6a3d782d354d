package dev.gradwatch.collector.source.log.follow;

import java.nio.file.Path;

/** Where the bytes of followed files go. Called on the follower's thread. */
public interface FollowedTexts {
    /**
     * A file appeared, or is read on from a kept position.
     *
     * @param file where it lies now, absolute, without symbolic links among its folders; not always under the name that a glob meant, since
     *     a rotated file is read to its end under its new one
     */
    FollowedText open(Path file, FollowedText.Position from);

    /** How far files were read is about to be kept, so what came of them up to here must not be lost after this returns. */
    default void beforeKept() {}
}
