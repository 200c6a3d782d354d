package dev.gradwatch.collector.cli;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Sidecar} is made of.
 *
 * @param listen where reporters connect; port 0 takes a free one
 * @param token what they must say; null where none is needed, which beyond loopback makes the sidecar choose one
 * @param record the file that observations are recorded in; null where they are not
 */
record SidecarOptions(
        InetSocketAddress listen,
        @Nullable String token,
        @Nullable Path record) {
    @Override
    public String toString() {
        // The token stays out of logs.
        return "SidecarOptions[listen=" + listen + ", record=" + record + "]";
    }
}
