package dev.gradwatch.collector.sink.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Locale;

/** Why a request is not answered with what it asked for. Each is counted by its id. */
enum Refusal {
    MALFORMED(400),
    INVALID(400),
    UNAUTHENTICATED(401),
    TOKEN(401),
    ORIGIN(403),
    /** A POST by cookie without proof that the page sent it. */
    CSRF(403),
    NOT_FOUND(404),
    METHOD(405),
    SLOW_HEADER(408),
    SLOW_BODY(408),
    BODY_SIZE(413),
    URL_SIZE(414),
    MEDIA_TYPE(415),
    HOST(421),
    RATE(429),
    LOGIN_RATE(429),
    HEADER_SIZE(431),
    FAILED(500),
    CONNECTIONS(503),
    STREAMS(503),
    BUSY(503),
    STORE(503);

    private final int status;

    Refusal(int status) {
        this.status = status;
    }

    int status() {
        return status;
    }

    String title() {
        return HttpResponseStatus.valueOf(status).reasonPhrase();
    }

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
