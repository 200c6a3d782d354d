package dev.gradwatch.collector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.sink.terminal.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gradwatch alerts}: the alerts of a running collector. */
@Command(
        name = "alerts",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = TestWebhookCommand.class,
        description = "The alerts of a running collector, and the chats that they are sent to.")
final class AlertsCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "command: none (expected: list, ack, mute or test-webhook; see --help)");
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Lists alerts, latest first.")
    int list(
            @Option(
                            names = "--state",
                            paramLabel = "STATES",
                            defaultValue = "open,acknowledged,muted",
                            description = "open, acknowledged, muted, resolved, by commas; all (${DEFAULT-VALUE}).")
                    String states,
            @Option(names = "--job", paramLabel = "ID", description = "Of this job only.") @Nullable String job,
            @Option(names = "--limit", defaultValue = "100", description = "At most so many (${DEFAULT-VALUE}).")
                    int limit,
            @Option(names = "--format", paramLabel = "FORMAT", defaultValue = "text", description = "text or json.")
                    Format format,
            @Mixin ApiOptions api)
            throws IOException, InterruptedException {
        String wanted = states.equals("all") ? "open,acknowledged,muted,resolved" : states;
        JsonNode answer = api.client()
                .get("/api/alerts?limit=" + limit + "&state=" + ApiClient.escaped(wanted)
                        + (job == null ? "" : "&job=" + ApiClient.escaped(job)));
        PrintWriter out = spec.commandLine().getOut();
        if (format == Format.JSON) {
            out.println(answer.toPrettyString());
        } else {
            AlertLines.print(answer.path("alerts"), Terminal.ofStandardOutput(System.getenv()), out);
        }
        out.flush();
        return 0;
    }

    @Command(
            name = "ack",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description =
                    "Says that somebody has seen alerts; they stay listed, and are told again only if they get worse or come back.")
    int ack(
            @Mixin ChosenAlerts chosen,
            @Option(names = "--note", paramLabel = "TEXT", defaultValue = "", description = "What to remember.")
                    String note,
            @Mixin ApiOptions api)
            throws IOException, InterruptedException {
        ApiClient client = api.client();
        for (String id : chosen.ids(client)) {
            ObjectNode body = ApiClient.object().put("by", chosen.by).put("note", note);
            say(client.post("/api/alerts/" + id + "/ack", body).path("state").asText("acknowledged"), id);
        }
        return 0;
    }

    @Command(
            name = "mute",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Keeps alerts, and what is like them, quiet for a time.")
    int mute(
            @Mixin ChosenAlerts chosen,
            @Option(
                            names = "--for",
                            paramLabel = "TIME",
                            defaultValue = "2h",
                            description = "Such as 30m, 2h or 7d (${DEFAULT-VALUE}).")
                    String time,
            @Option(
                            names = "--scope",
                            paramLabel = "WHAT",
                            defaultValue = "job,cause,modules",
                            description =
                                    "What must be the same for another alert to be muted too: job, cause, modules, by commas (${DEFAULT-VALUE}).")
                    String scope,
            @Option(names = "--reason", paramLabel = "TEXT", defaultValue = "", description = "Why.") String reason,
            @Mixin ApiOptions api)
            throws IOException, InterruptedException {
        ApiClient client = api.client();
        for (String id : chosen.ids(client)) {
            ObjectNode body =
                    ApiClient.object().put("for", time).put("by", chosen.by).put("reason", reason);
            for (String part : scope.split(",", -1)) {
                body.withArray("scope").add(part.strip());
            }
            client.post("/api/alerts/" + id + "/mute", body);
            say("muted for " + time, id);
        }
        return 0;
    }

    private void say(String what, String id) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(id + " " + what);
        out.flush();
    }

    /** How to print. */
    enum Format {
        TEXT,
        JSON
    }
}
