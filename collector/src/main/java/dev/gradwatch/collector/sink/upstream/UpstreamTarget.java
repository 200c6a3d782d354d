package dev.gradwatch.collector.sink.upstream;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whom to tell, and as who.
 *
 * @param host looked up at each attempt to connect
 * @param token what the other collector wants to hear; null where it wants nothing
 * @param tlsCa certificates, PEM, by one of which its own must be signed; null for a connection in the clear
 * @param node what this node is called, unlike every other node of a job
 * @param nodeHost this machine's name
 * @param pid of this process
 */
public record UpstreamTarget(
        String host,
        int port,
        @Nullable String token,
        @Nullable Path tlsCa,
        String node,
        String nodeHost,
        long pid) {
    /** As it would be typed. */
    public String address() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public String toString() {
        // The token stays out of logs.
        return "UpstreamTarget[" + address() + ", node=" + node + "]";
    }
}
