package dev.gradwatch.collector.page;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gradwatch.collector.jobs.Launched;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A real collector, and where it is. Whoever starts one closes it.
 *
 * @param reporters host and port where jobs report
 * @param http host and port of its API
 * @param url of its page, with a slash at the end
 */
public record Collecting(Launched process, String reporters, String http, String url) implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** One at ports of its own, in a folder that is made for it. */
    public static Collecting start(Path folder, String... options) throws IOException {
        return at(
                Files.createDirectories(folder).resolve("collect.log"),
                "127.0.0.1:" + Launched.freePort(),
                "127.0.0.1:" + Launched.freePort(),
                "",
                options);
    }

    /** One whose state lies beside its log, so that a second finds what the first one kept. */
    static Collecting at(Path log, String reporters, String http, String prefix, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Launched.gradwatch(), "collect", "--listen", reporters, "--http", http, "--http-prefix", prefix));
        command.addAll(List.of(options));
        Launched process = Launched.start(log, Map.of(), command);
        await().atMost(PATIENCE).until(() -> process.hasPrinted("serving "));
        return new Collecting(process, reporters, http, "http://" + http + prefix + "/");
    }

    /** A made-up job that reports here. */
    public LargeJob job(String id, int parameters, int ranks) throws IOException {
        String[] at = reporters.split(":", -1);
        return new LargeJob(at[0], Integer.parseInt(at[1]), id, parameters, ranks);
    }

    /** What the API says at a path such as {@code api/jobs}. */
    public JsonNode get(String path) throws IOException, InterruptedException {
        return JSON.readTree(CLIENT.send(
                        HttpRequest.newBuilder(URI.create(url + path)).build(), HttpResponse.BodyHandlers.ofString())
                .body());
    }

    @Override
    public void close() {
        process.close();
    }
}
