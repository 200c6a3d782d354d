package dev.gradwatch.collector.sink.upstream;

import org.jspecify.annotations.Nullable;

/**
 * Whom to tell, and as who.
 *
 * @param host looked up at each attempt to connect
 * @param token what the other collector wants to hear; null where it wants nothing
 * @param tlsCa a PEM file of certificates by one of which its own must be signed, or {@link #SYSTEM}; null for plain text
 * @param node what this node is called, unlike every other node of a job
 * @param nodeHost this machine's name
 * @param pid of this process
 */
public record UpstreamTarget(
        String host,
        int port,
        @Nullable String token,
        @Nullable String tlsCa,
        String node,
        String nodeHost,
        long pid) {
    /** In place of a file: the certificates that the machine trusts. */
    public static final String SYSTEM = "system";

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
