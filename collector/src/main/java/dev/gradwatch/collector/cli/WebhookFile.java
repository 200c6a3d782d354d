package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.sink.webhook.Webhook;
import dev.gradwatch.collector.sink.webhook.WebhookReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The webhooks of a {@code --config} file. */
final class WebhookFile {
    /**
     * @param environment of which {@code url_env} and {@code secret_env} speak
     * @throws IOException in one line that names the file, the line and the key, and shows no secret
     */
    static List<Webhook> read(Path file, Map<String, String> environment) throws IOException {
        return webhooks(ConfigFile.read(file), environment);
    }

    static List<Webhook> webhooks(ConfigFile config, Map<String, String> environment) throws IOException {
        try {
            return new WebhookReader(environment::get).read(config.webhooks().root());
        } catch (IllegalArgumentException e) {
            throw config.problem(e);
        }
    }

    private WebhookFile() {}
}
