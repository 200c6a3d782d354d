package dev.gradwatch.collector.sink.http;

import dev.gradwatch.collector.sink.http.guard.AddressRates;
import dev.gradwatch.collector.sink.http.guard.AllowedHosts;
import dev.gradwatch.collector.sink.http.guard.Sessions;
import dev.gradwatch.collector.sink.http.guard.TokenHash;
import io.netty.util.NetUtil;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Who may ask. On event loops, never blocks; each check throws a {@link Problem}. */
final class Gate {
    private static final String BEARER = "bearer ";

    private final AddressRates rates;
    private final AllowedHosts hosts;
    private final @Nullable TokenHash token;
    private final Sessions sessions;
    private final SessionCookie cookie;

    /** @param token null where none is needed */
    Gate(AddressRates rates, AllowedHosts hosts, @Nullable TokenHash token, Sessions sessions, SessionCookie cookie) {
        this.rates = rates;
        this.hosts = hosts;
        this.token = token;
        this.sessions = sessions;
        this.cookie = cookie;
    }

    /** What holds for every request, to whichever route. */
    void check(HttpServerRequest request) {
        if (!rates.allows(client(request))) {
            throw Problem.of(Refusal.RATE, "requests: too many from this address (expected: a pause)")
                    .header("Retry-After", Long.toString(rates.retrySeconds()));
        }
        String host = request.getHeader("Host");
        if (!hosts.allows(host)) {
            throw Problem.of(
                    Refusal.HOST,
                    "Host",
                    host == null ? "none" : host,
                    "a name of this server, or one that its allowed hosts list");
        }
        String origin = request.getHeader("Origin");
        if (origin != null && !AllowedHosts.sameOrigin(origin, host)) {
            throw Problem.of(Refusal.ORIGIN, "Origin", origin, "a page of this server");
        }
    }

    /** A token that is wrong is refused even where none is needed to ask: who sends one wants to be known. */
    Identity identify(HttpServerRequest request) {
        if (token == null) {
            return new Identity(true, null);
        }
        String authorization = request.getHeader("Authorization");
        if (authorization != null) {
            if (authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
                    && token.matches(authorization.substring(BEARER.length()).trim())) {
                return new Identity(true, null);
            }
            throw challenge(Refusal.TOKEN, "Authorization: not accepted (expected: Bearer and the token)");
        }
        String session = cookie.session(request.getHeader("Cookie"));
        return session != null && sessions.isOpen(session) ? new Identity(true, session) : new Identity(false, null);
    }

    /** Whether who asks may have what only people may. */
    void admit(HttpServerRequest request, Identity identity) {
        if (!identity.trusted()) {
            throw challenge(
                    Refusal.UNAUTHENTICATED, "Authorization: none (expected: Bearer and the token, or a session)");
        }
        // A browser sends the cookie with whatever a page makes it send. That this page did it is shown by an Origin,
        // which was checked, or by a
        // header that a form cannot set.
        MultiMap headers = request.headers();
        if (identity.session() != null
                && HttpMethod.POST.equals(request.method())
                && !headers.contains("Origin")
                && !"1".equals(headers.get("X-Gradwatch"))) {
            throw Problem.of(Refusal.CSRF, "Origin: none (expected: this server's, or X-Gradwatch: 1)");
        }
    }

    boolean stillTrusted(Identity identity) {
        return identity.session() == null || sessions.isOpen(identity.session());
    }

    private static Problem challenge(Refusal refusal, String detail) {
        return Problem.of(refusal, detail).header("WWW-Authenticate", "Bearer realm=\"gradwatch\"");
    }

    static InetAddress client(HttpServerRequest request) {
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(
                request.connection().remoteAddress().hostAddress());
        return address == null ? InetAddress.getLoopbackAddress() : address;
    }
}
