package dev.gradwatch.collector.sink.http;

import dev.gradwatch.collector.sink.http.AnswerWriter.Wish;
import dev.gradwatch.collector.sink.http.guard.ConnectionGuard;
import dev.gradwatch.collector.sink.store.StoreException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request's way through the server, whichever route it takes: begun, read, worked on, answered, counted. On event loops, but for the
 * work.
 */
final class Requests {
    private static final Logger log = LoggerFactory.getLogger(Requests.class);

    static final String ROUTE = "gradwatch.route";
    private static final String BEGAN = "gradwatch.began";

    private final Gate gate;
    private final BodyReader bodies;
    private final Workers workers;
    private final HttpMeters meters;
    private final LongSupplier nanos;
    private final String policy;

    /** @param policy the {@code Content-Security-Policy} of every answer */
    Requests(Gate gate, BodyReader bodies, Workers workers, HttpMeters meters, LongSupplier nanos, String policy) {
        this.policy = policy;
        this.gate = gate;
        this.bodies = bodies;
        this.workers = workers;
        this.meters = meters;
        this.nanos = nanos;
    }

    /** The first handler of every request. */
    void begin(RoutingContext ctx) {
        HttpServerRequest request = ctx.request();
        HttpServerResponse response = ctx.response();
        ConnectionGuard guard = ConnectionGuard.of(request.connection());
        guard.requestBegan(() -> bodyLate(request));
        request.endHandler(end -> guard.requestEnded());
        ctx.put(BEGAN, nanos.getAsLong());
        ctx.addEndHandler(sent -> answered(ctx));
        secure(response);
        gate.check(request);
        ctx.next();
    }

    private void bodyLate(HttpServerRequest request) {
        if (!request.response().ended()) {
            Problem late = Problem.of(Refusal.SLOW_BODY, "body: not complete in time (expected: at once)");
            refuse(request, late);
        }
    }

    /** Counts the request; once, since an event stream counts when it begins, and its end is hours later. */
    void answered(RoutingContext ctx) {
        Long beganNanos = ctx.remove(BEGAN);
        if (beganNanos == null) {
            return;
        }
        long tookNanos = nanos.getAsLong() - beganNanos;
        String method = method(ctx.request().method());
        String route = ctx.get(ROUTE, "unknown");
        int status = ctx.response().getStatusCode();
        meters.answered(method, route, status, Duration.ofNanos(tookNanos));
        // Without the query, which is what people look for.
        log.debug("{} {}: {} in {} us", method, route, status, tookNanos / 1_000);
    }

    private static String method(HttpMethod method) {
        return HttpMethod.GET.equals(method) || HttpMethod.HEAD.equals(method) || HttpMethod.POST.equals(method)
                ? method.name()
                : "OTHER";
    }

    /** Whatever the answer will be. */
    private void secure(HttpServerResponse response) {
        response.putHeader("Content-Security-Policy", policy)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin");
    }

    /** An endpoint's turn. */
    void serve(RoutingContext ctx, Endpoint endpoint, Endpoint.Work work) {
        HttpServerRequest request = ctx.request();
        Identity identity = identify(ctx, endpoint);
        Map<String, String> path = Map.copyOf(ctx.pathParams());
        Query query = query(ctx);
        if (HttpMethod.GET.equals(endpoint.method())) {
            work(request, () -> work.answer(call(request, identity, path, query, Fields.NONE)));
            return;
        }
        bodies.read(
                request,
                body -> work(request, () -> work.answer(call(request, identity, path, query, Fields.parse(body)))),
                problem -> refuse(request, problem));
    }

    Identity identify(RoutingContext ctx, Endpoint endpoint) {
        Identity identity = gate.identify(ctx.request());
        if (endpoint.access() == Endpoint.Access.PEOPLE) {
            gate.admit(ctx.request(), identity);
        }
        return identity;
    }

    /** Any thread once the head is read: nothing here changes later. */
    private static Call call(
            HttpServerRequest request, Identity identity, Map<String, String> path, Query query, Fields body) {
        return new Call(
                path,
                query,
                body,
                Gate.client(request),
                identity.trusted(),
                identity.session(),
                request.getHeader("Accept"));
    }

    static Query query(RoutingContext ctx) {
        Map<String, String> values = new HashMap<>();
        MultiMap given;
        try {
            given = ctx.queryParams();
        } catch (RuntimeException e) {
            throw Problem.of(Refusal.MALFORMED, "query: not decodable (expected: percent-encoded UTF-8)");
        }
        given.forEach(pair -> values.putIfAbsent(pair.getKey(), pair.getValue()));
        return new Query(values);
    }

    /** Has the work done on the pool, and its answer sent on the event loop. */
    void work(HttpServerRequest request, Supplier<Answer> work) {
        Wish wish = Wish.of(request);
        Context context = Vertx.currentContext();
        try {
            workers.execute(() -> {
                Answer answer = AnswerWriter.packed(answer(work), wish);
                context.runOnContext(done -> AnswerWriter.send(request, answer));
            });
        } catch (RejectedExecutionException e) {
            refuse(
                    request,
                    Problem.of(Refusal.BUSY, "server: busy (expected: another try in a second)")
                            .header("Retry-After", "1"));
        }
    }

    private Answer answer(Supplier<Answer> work) {
        try {
            return work.get();
        } catch (Problem problem) {
            return counted(problem);
        } catch (StoreException e) {
            log.debug("Store does not answer: {}", e.getMessage());
            return counted(Problem.of(Refusal.STORE, "store: does not answer (expected: another try; see /api/health)")
                    .header("Retry-After", "5"));
        } catch (RuntimeException e) {
            return counted(failed(e));
        }
    }

    /** The last handler of what threw. */
    void failed(RoutingContext ctx) {
        Throwable failure = ctx.failure();
        Problem problem;
        if (failure instanceof Problem known) {
            problem = known;
        } else if (ctx.statusCode() >= 400 && ctx.statusCode() < 500) {
            problem = Problem.of(
                    Refusal.MALFORMED, "request: not understood (expected: HTTP/1.1 with a percent-encoded URL)");
        } else {
            problem = failed(failure);
        }
        refuse(ctx.request(), problem);
    }

    private static Problem failed(Throwable failure) {
        log.error("An answer failed", failure);
        return Problem.of(Refusal.FAILED, "the collector failed to answer; its log says why");
    }

    void refuse(HttpServerRequest request, Problem problem) {
        AnswerWriter.send(request, AnswerWriter.packed(counted(problem), Wish.of(request)));
    }

    private Answer counted(Problem problem) {
        meters.refused(problem.refusal());
        return problem.answer();
    }

    /** What the parser refused: there is no route for it, and its connection is of no more use. */
    void invalid(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        Refusal refusal = Refusal.MALFORMED;
        String detail = "request: not HTTP/1.1 (expected: HTTP/1.1)";
        if (cause instanceof TooLongHttpLineException) {
            refusal = Refusal.URL_SIZE;
            detail = "URL: too long (expected: a shorter one)";
        } else if (cause instanceof TooLongHttpHeaderException) {
            refusal = Refusal.HEADER_SIZE;
            detail = "headers: too long (expected: shorter ones)";
        }
        secure(request.response());
        request.response().putHeader("Connection", "close");
        request.response().endHandler(sent -> request.connection().close());
        meters.answered("OTHER", "unknown", refusal.status(), Duration.ZERO);
        refuse(request, Problem.of(refusal, detail));
    }
}
