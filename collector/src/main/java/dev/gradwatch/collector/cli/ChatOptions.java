package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.sink.webhook.Webhook;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The webhooks of a configuration: read at the start, and again when they change. */
final class ChatOptions {
    private final @Nullable Path config;
    private final List<Webhook> webhooks;

    private ChatOptions(@Nullable Path config, List<Webhook> webhooks) {
        this.config = config;
        this.webhooks = webhooks;
    }

    /**
     * Bad usage where one of them cannot be used.
     *
     * @param config null where there is none
     */
    static ChatOptions of(@Nullable Path config, CommandLine commandLine) {
        try {
            return new ChatOptions(config, config == null ? List.of() : WebhookFile.read(config, System.getenv()));
        } catch (IOException e) {
            throw new ParameterException(commandLine, e.getMessage(), e);
        }
    }

    List<Webhook> webhooks() {
        return webhooks;
    }

    /** Reads them again when they change, beside the process; null where there is no file that could. */
    @Nullable
    WebhookWatch watch(Consumer<List<Webhook>> changed, Consumer<String> say) {
        if (config == null) {
            return null;
        }
        WebhookWatch watch = new WebhookWatch(config, System.getenv(), webhooks, changed, say);
        watch.start();
        return watch;
    }
}
