package dev.gradwatch.collector.sink.http;

import io.vertx.core.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/**
 * A route.
 *
 * @param path its template as OpenAPI writes it, without the prefix
 * @param work null for the event stream, which is served on the event loops
 */
record Endpoint(
        HttpMethod method,
        String path,
        Access access,
        @Nullable Work work) {
    enum Access {
        /** Who is not known may ask too; what is said depends on {@link Call#trusted}. */
        ANYONE,
        PEOPLE
    }

    /** Answers on the bounded pool; may block. Throws a {@link Problem}, or a StoreException. */
    interface Work {
        Answer answer(Call call);
    }

    static Endpoint get(String path, Work work) {
        return new Endpoint(HttpMethod.GET, path, Access.PEOPLE, work);
    }

    static Endpoint post(String path, Work work) {
        return new Endpoint(HttpMethod.POST, path, Access.PEOPLE, work);
    }

    static Endpoint stream(String path) {
        return new Endpoint(HttpMethod.GET, path, Access.PEOPLE, null);
    }

    Endpoint forAnyone() {
        return new Endpoint(method, path, Access.ANYONE, work);
    }
}
