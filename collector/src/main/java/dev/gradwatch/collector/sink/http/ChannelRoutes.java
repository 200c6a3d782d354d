package dev.gradwatch.collector.sink.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.sink.http.Directory.Channel;
import java.util.List;

/** Where alerts are sent, and whether they arrive. */
final class ChannelRoutes {
    private final Directory directory;

    ChannelRoutes(Directory directory) {
        this.directory = directory;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get("/api/channels", this::list));
    }

    private Answer list(Call call) {
        ObjectNode body = Json.object();
        body.set("channels", Json.array(directory.channels(), ChannelRoutes::channel));
        return Answer.ok(body);
    }

    private static ObjectNode channel(Channel channel) {
        return Json.object()
                .put("name", channel.name())
                .put("kind", channel.kind())
                .put("url", channel.url())
                .put("language", channel.language().id())
                .put("min_severity", channel.minSeverity().id())
                .put("sent", channel.sent())
                .put("failed", channel.failed())
                .put("failed_reason", channel.failedReason())
                .put("retries", channel.retries())
                .put("waiting", channel.waiting())
                .put("pending_since", Json.iso(channel.pendingSinceMicros()))
                .put("last_error", channel.lastError());
    }
}
