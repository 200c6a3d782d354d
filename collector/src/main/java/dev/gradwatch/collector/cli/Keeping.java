package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.pipeline.Recollection;
import dev.gradwatch.collector.source.tcp.Kept;

/**
 * How a sidecar's jobs outlast its process.
 *
 * @param recollection of jobs that an earlier process knew
 * @param kept when what was observed so far is safe
 */
record Keeping(Recollection recollection, Kept kept) {
    /** They do not. */
    static final Keeping NONE = new Keeping(Recollection.NONE, Kept.AT_ONCE);
}
