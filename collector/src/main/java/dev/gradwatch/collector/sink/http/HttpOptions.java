package dev.gradwatch.collector.sink.http;

import dev.gradwatch.collector.sink.http.guard.TokenHash;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where and for whom the API listens.
 *
 * @param address port 0 takes a free one
 * @param prefix before every path, such as {@code /gradwatch} behind a proxy; empty for none
 * @param token what people must know; null for nobody, which only loopback allows
 * @param tls null for plain HTTP
 * @param hosts names that requests may call the server by, besides loopback's and the address' own
 */
public record HttpOptions(
        InetSocketAddress address,
        String prefix,
        @Nullable TokenHash token,
        @Nullable TlsFiles tls,
        Set<String> hosts,
        HttpLimits limits) {
    private static final Pattern PREFIX = Pattern.compile("(/[A-Za-z0-9._~-]+)*");

    /** @throws IllegalArgumentException with what was expected */
    public HttpOptions {
        hosts = Set.copyOf(hosts);
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException("path prefix: " + prefix + " (expected: empty, or such as /gradwatch)");
        }
        if (token == null
                && address.getAddress() != null
                && !address.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException(
                    "http: " + address.getHostString() + " without a token (expected: a loopback address, or a token)");
        }
    }

    /** Without prefix, token or TLS, and with the usual limits. */
    public static HttpOptions of(InetSocketAddress address) {
        return new HttpOptions(address, "", null, null, Set.of(), HttpLimits.DEFAULTS);
    }

    public HttpOptions withToken(@Nullable TokenHash otherToken) {
        return new HttpOptions(address, prefix, otherToken, tls, hosts, limits);
    }

    public HttpOptions withPrefix(String otherPrefix) {
        return new HttpOptions(address, otherPrefix, token, tls, hosts, limits);
    }

    public HttpOptions withTls(@Nullable TlsFiles otherTls) {
        return new HttpOptions(address, prefix, token, otherTls, hosts, limits);
    }

    public HttpOptions withLimits(HttpLimits otherLimits) {
        return new HttpOptions(address, prefix, token, tls, hosts, otherLimits);
    }
}
