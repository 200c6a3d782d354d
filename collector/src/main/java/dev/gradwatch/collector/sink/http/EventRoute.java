package dev.gradwatch.collector.sink.http;

import dev.gradwatch.collector.model.Language;
import dev.gradwatch.collector.sink.http.stream.Frame;
import dev.gradwatch.collector.sink.http.stream.Streams;
import dev.gradwatch.collector.words.Phrases;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** The directory's events as a stream: {@code alert}, by which a client resumes, and {@code job}, of which the latest is enough. */
final class EventRoute {
    private final Streams streams;
    private final Gate gate;

    EventRoute(Streams streams, Gate gate) {
        this.streams = streams;
        this.gate = gate;
    }

    static Frame frame(Directory.Event event) {
        if (event instanceof Directory.Event.OfAlert alert) {
            return Frame.lasting(
                    "alert",
                    alert.event().micros(),
                    language -> Json.text(AlertJson.event(alert.event(), Phrases.in(language))));
        }
        Directory.Event.OfJob job = (Directory.Event.OfJob) event;
        return Frame.latest(
                "job", job.job().id(), language -> Json.text(JobJson.summary(job.job(), Phrases.in(language))));
    }

    /** On the request's event loop. */
    void serve(RoutingContext ctx, Identity identity, Language language) {
        HttpServerRequest request = ctx.request();
        ctx.response().putHeader("Cache-Control", "no-store");
        if (HttpMethod.HEAD.equals(request.method())) {
            ctx.response().putHeader("Content-Type", "text/event-stream").end();
            return;
        }
        Long resume = resume(request.getHeader("Last-Event-ID"));
        if (!streams.open(request, Vertx.currentContext(), language, resume, () -> gate.stillTrusted(identity))) {
            throw Problem.of(Refusal.STREAMS, "streams: as many as there may be (expected: another try later)")
                    .header("Retry-After", "5");
        }
    }

    /** Null where there is none, or none of ours: a browser that is refused for it would never try again. */
    private static @Nullable Long resume(@Nullable String id) {
        if (id == null || !id.matches("\\d{1,18}")) {
            return null;
        }
        return Long.valueOf(id);
    }
}
