package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.cli.sidecar.Channels;
import dev.gradwatch.collector.sink.webhook.Links;
import dev.gradwatch.collector.sink.webhook.TestMessage;
import dev.gradwatch.collector.sink.webhook.Webhook;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gradwatch alerts test-webhook}: a sample in a chat, or why it does not get there. Asks no collector. */
@Command(
        name = "test-webhook",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Sends a sample to one of the webhooks of the configuration, and prints what its server answered.",
            "Status 1 where it was not taken."
        })
final class TestWebhookCommand implements Callable<Integer> {
    private static final String PUBLIC_URL = "public-url";

    @Parameters(paramLabel = "NAME", description = "As it is called in the configuration.")
    private String name = "";

    @Option(
            names = ConfiguredDefaults.OPTION,
            paramLabel = "FILE.yaml",
            description = "The configuration that holds the webhooks, as gradwatch collect reads it.")
    private @Nullable Path config;

    @Option(
            names = "--" + PUBLIC_URL,
            paramLabel = "URL",
            converter = PublicUrl.class,
            description = "Where the sample's link leads; without it as the configuration says.")
    private @Nullable String publicUrl;

    @Option(names = "--verbose", description = "Add the stack trace to an error.")
    boolean verbose;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (config == null) {
            throw new ParameterException(
                    spec.commandLine(), "config: none (expected: --config FILE.yaml or GRADWATCH_CONFIG)");
        }
        ConfigFile file = ConfigFile.read(config);
        Webhook webhook = chosen(WebhookFile.webhooks(file, System.getenv()));
        String page = publicUrl == null ? file.value(PUBLIC_URL) : publicUrl;
        TestMessage.Result result = Channels.test(
                webhook, new Links(page == null ? "http://" + PageOptions.DEFAULT_HTTP : PublicUrl.checked(page)));
        PrintWriter out = spec.commandLine().getOut();
        out.println(said(webhook, result));
        out.flush();
        return result.delivered() ? 0 : 1;
    }

    private Webhook chosen(List<Webhook> webhooks) throws IOException {
        for (Webhook webhook : webhooks) {
            if (webhook.name().equals(name)) {
                return webhook;
            }
        }
        throw new IOException("webhook: " + name
                + (webhooks.isEmpty()
                        ? " (expected: one that " + config + " names under webhooks; it names none)"
                        : " (expected: " + webhooks.stream().map(Webhook::name).collect(Collectors.joining(", "))
                                + ")"));
    }

    private static String said(Webhook webhook, TestMessage.Result result) {
        String answer = result.status() == 0
                ? "no answer"
                : "status " + result.status()
                        + (result.answer().isBlank() ? ", without a body" : ", the server said: " + result.answer());
        return webhook + ": "
                + (result.delivered() ? "delivered; " + answer : "not delivered: " + result.reason() + "; " + answer);
    }
}
