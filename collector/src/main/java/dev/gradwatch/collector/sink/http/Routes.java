package dev.gradwatch.collector.sink.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The server's routes as Vert.x has them: each endpoint, what is wrong with other methods, and the page's files for all that is not the
 * API.
 */
final class Routes {
    private static final Endpoint UNKNOWN = Endpoint.get("unknown", call -> {
        throw unknown();
    });

    private final String prefix;
    private final List<Endpoint> endpoints;
    private final Requests requests;
    private final EventRoute events;
    private final StaticFiles files;

    Routes(String prefix, List<Endpoint> endpoints, Requests requests, EventRoute events, StaticFiles files) {
        this.prefix = prefix;
        this.endpoints = List.copyOf(endpoints);
        this.requests = requests;
        this.events = events;
        this.files = files;
    }

    Router router(Vertx vertx) {
        Router router = Router.router(vertx);
        router.route().handler(requests::begin).failureHandler(requests::failed);
        endpoints.forEach(endpoint -> install(router, endpoint));
        Map<String, List<Endpoint>> byPath = endpoints.stream()
                .collect(Collectors.groupingBy(Endpoint::path, LinkedHashMap::new, Collectors.toList()));
        byPath.forEach((path, those) -> route(router, path).handler(ctx -> otherMethod(ctx, path, those)));
        router.route().handler(this::others);
        return router;
    }

    private void install(Router router, Endpoint endpoint) {
        Route route = route(router, endpoint.path()).method(endpoint.method());
        if (HttpMethod.GET.equals(endpoint.method())) {
            route.method(HttpMethod.HEAD);
        }
        Endpoint.Work work = endpoint.work();
        route.handler(ctx -> {
            ctx.put(Requests.ROUTE, endpoint.path());
            if (work == null) {
                events.serve(
                        ctx,
                        requests.identify(ctx, endpoint),
                        Requests.query(ctx).language());
                requests.answered(ctx);
            } else {
                requests.serve(ctx, endpoint, work);
            }
        });
    }

    /** By the path as it was sent: an id may hold an encoded slash or be two dots. */
    private Route route(Router router, String template) {
        String path = prefix + template.replaceAll("\\{(\\w+)}", ":$1");
        return router.route(path).useNormalizedPath(false);
    }

    private void otherMethod(RoutingContext ctx, String path, List<Endpoint> those) {
        ctx.put(Requests.ROUTE, path);
        boolean open = those.stream().anyMatch(endpoint -> endpoint.access() == Endpoint.Access.ANYONE);
        requests.identify(ctx, open ? those.get(0) : UNKNOWN);
        String allowed = those.stream()
                .map(endpoint -> HttpMethod.GET.equals(endpoint.method())
                        ? "GET, HEAD"
                        : endpoint.method().name())
                .collect(Collectors.joining(", "));
        throw Problem.of(Refusal.METHOD, "method", ctx.request().method().name(), allowed)
                .header("Allow", allowed);
    }

    /** What the API has is not told to strangers, nor what it has not. */
    private void others(RoutingContext ctx) {
        String path = ctx.request().path();
        if (path != null && path.equals(prefix) && !prefix.isEmpty()) {
            ctx.response()
                    .setStatusCode(308)
                    .putHeader("Location", prefix + "/")
                    .end();
            return;
        }
        if (path == null || !path.startsWith(prefix + "/") || isApi(path.substring(prefix.length()))) {
            requests.identify(ctx, UNKNOWN);
            throw unknown();
        }
        ctx.put(Requests.ROUTE, "/");
        HttpMethod method = ctx.request().method();
        if (!HttpMethod.GET.equals(method) && !HttpMethod.HEAD.equals(method)) {
            throw Problem.of(Refusal.METHOD, "method", method.name(), "GET, HEAD")
                    .header("Allow", "GET, HEAD");
        }
        String file = path.substring(prefix.length() + 1);
        requests.work(
                ctx.request(),
                () -> files.file(file)
                        .orElseThrow(
                                () -> Problem.of(Refusal.NOT_FOUND, "file: not known (expected: a file of the page)")));
    }

    private static Problem unknown() {
        return Problem.of(Refusal.NOT_FOUND, "route: not known (expected: one that /api/openapi.json lists)");
    }

    private static boolean isApi(String path) {
        return path.startsWith("/api") || path.startsWith("/metrics");
    }
}
