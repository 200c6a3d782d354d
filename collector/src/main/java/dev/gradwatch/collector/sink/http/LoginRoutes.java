package dev.gradwatch.collector.sink.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.sink.http.guard.AddressRates;
import dev.gradwatch.collector.sink.http.guard.Sessions;
import dev.gradwatch.collector.sink.http.guard.TokenHash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a browser, which cannot send a token with what it loads, is let in: the token once, then a cookie that scripts cannot read. */
final class LoginRoutes {
    private static final int MAX_TOKEN = 1_000;

    private final @Nullable TokenHash token;
    private final Sessions sessions;
    private final AddressRates rates;
    private final SessionCookie cookie;

    /** @param token null where none is needed */
    LoginRoutes(@Nullable TokenHash token, Sessions sessions, AddressRates rates, SessionCookie cookie) {
        this.token = token;
        this.sessions = sessions;
        this.rates = rates;
        this.cookie = cookie;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.post("/api/login", this::login).forAnyone(), Endpoint.post("/api/logout", this::logout));
    }

    private Answer login(Call call) {
        if (token == null) {
            return ok();
        }
        if (!rates.allows(call.client())) {
            throw Problem.of(Refusal.LOGIN_RATE, "logins: too many from this address (expected: 5 a minute)")
                    .header("Retry-After", Long.toString(rates.retrySeconds()));
        }
        call.body().only("token");
        if (!token.matches(call.body().text("token", MAX_TOKEN))) {
            throw Problem.of(
                    Refusal.TOKEN,
                    "token: not the one that is needed (expected: the token that was printed when it was made)");
        }
        return ok().header("Set-Cookie", cookie.opens(sessions.open(), sessions.life()));
    }

    private Answer logout(Call call) {
        if (call.session() != null) {
            sessions.close(call.session());
        }
        return ok().header("Set-Cookie", cookie.ends());
    }

    private static Answer ok() {
        ObjectNode body = Json.object().put("status", "ok");
        return Answer.ok(body);
    }
}
