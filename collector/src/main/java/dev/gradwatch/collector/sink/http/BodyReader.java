package dev.gradwatch.collector.sink.http;

import dev.gradwatch.collector.sink.http.guard.ConnectionGuard;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads a body whole within a bound, on its event loop. The time for it is the {@link ConnectionGuard}'s. */
final class BodyReader {
    private final int maxBytes;

    BodyReader(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Calls one of the two, unless the client goes. What comes after a refusal is thrown away. */
    void read(HttpServerRequest request, Consumer<byte[]> whole, Consumer<Problem> refused) {
        ConnectionGuard guard = ConnectionGuard.of(request.connection());
        @Nullable Problem problem = headProblem(request);
        if (problem != null) {
            refused.accept(problem);
            return;
        }
        Buffer body = Buffer.buffer();
        boolean[] tooLong = {false};
        request.handler(part -> {
            if (tooLong[0]) {
                return;
            }
            if (body.length() + part.length() > maxBytes) {
                tooLong[0] = true;
                refused.accept(tooLong("more"));
            } else {
                body.appendBuffer(part);
            }
        });
        request.endHandler(end -> {
            guard.requestEnded();
            if (!tooLong[0]) {
                whole.accept(body.getBytes());
            }
        });
    }

    private @Nullable Problem headProblem(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        boolean empty = length == null ? request.getHeader("Transfer-Encoding") == null : length.equals("0");
        if (empty) {
            return null;
        }
        String type = request.getHeader("Content-Type");
        if (type == null || !type.split(";", 2)[0].trim().equalsIgnoreCase(Answer.JSON)) {
            return Problem.of(Refusal.MEDIA_TYPE, "Content-Type", type == null ? "none" : type, Answer.JSON);
        }
        if (length != null && (length.length() > 9 || Long.parseLong(length) > maxBytes)) {
            return tooLong(length);
        }
        return null;
    }

    private Problem tooLong(String length) {
        return Problem.of(Refusal.BODY_SIZE, "body", length + " bytes", "at most " + maxBytes + " bytes");
    }
}
