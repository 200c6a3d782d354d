package dev.gradwatch.collector.sink.webhook;

import org.jspecify.annotations.Nullable;

/**
 * How a channel does, for the page and the metrics; nothing in it is secret.
 *
 * @param url masked
 * @param sent messages that the server took, since the collector started
 * @param failed alerts that were given up, since the channel was first configured
 * @param failedReason why the last of them was; empty where none was
 * @param retries attempts that did not succeed, since the collector started
 * @param waiting alerts that wait to be told; those past a bound are not counted yet
 * @param pendingSinceMicros Unix time of the oldest event that waits; null where none does
 * @param lastError why the last attempt failed, in one line; null while the last one succeeded
 */
public record ChannelState(
        String name,
        Kind kind,
        String url,
        long sent,
        long failed,
        String failedReason,
        long retries,
        int waiting,
        @Nullable Long pendingSinceMicros,
        @Nullable String lastError) {}
