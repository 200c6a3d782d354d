package dev.gradwatch.collector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The alerts that a command is about, and who gives it. */
final class ChosenAlerts {
    @Parameters(arity = "1..*", paramLabel = "ID", description = "As listed; its first digits are enough.")
    private List<String> given = List.of();

    @Option(
            names = "--by",
            paramLabel = "NAME",
            defaultValue = "${sys:user.name}",
            description = "Who you are (${DEFAULT-VALUE}).")
    String by = "";

    /**
     * Whole ids.
     *
     * @throws IOException in one line, where one fits no alert, or several
     */
    List<String> ids(ApiClient client) throws IOException, InterruptedException {
        JsonNode all = client.get("/api/alerts?limit=1000&state=open,acknowledged,muted")
                .path("alerts");
        List<String> ids = new ArrayList<>();
        for (String id : given) {
            List<String> fitting = new ArrayList<>();
            for (JsonNode alert : all) {
                String known = alert.path("id").asText();
                if (!id.isBlank() && known.startsWith(id)) {
                    fitting.add(known);
                }
            }
            if (fitting.size() != 1) {
                throw new IOException("alert: " + id
                        + (fitting.isEmpty()
                                ? " (expected: an id that gradwatch alerts list shows)"
                                : " fits " + fitting.size() + " (expected: more of its digits)"));
            }
            ids.add(fitting.get(0));
        }
        return ids;
    }
}
