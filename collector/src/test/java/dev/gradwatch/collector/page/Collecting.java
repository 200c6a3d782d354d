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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real collector, and where it is. Whoever starts one closes it.
 *
 * @param reporters host and port where jobs report
 * @param http host and port of its API
 * @param url of its page, with a slash at the end
 * @param folder that goes with it; null where somebody else's is used
 */
public record Collecting(
        Launched process,
        String reporters,
        String http,
        String url,
        @Nullable Path folder) implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** One at ports of its own, in a folder of its own. */
    public static Collecting alone(String... options) throws IOException {
        Path folder = Files.createTempDirectory("gradwatch-collecting-");
        return at(folder.resolve("collect.log"), freeAddress(), freeAddress(), "", folder, options);
    }

    /** One at ports of its own, in a folder that is made for it. */
    static Collecting in(Path folder, String... options) throws IOException {
        return at(
                Files.createDirectories(folder).resolve("collect.log"),
                freeAddress(),
                freeAddress(),
                "",
                null,
                options);
    }

    /** One whose state lies beside its log, so that a second finds what the first one kept. */
    static Collecting again(Path log, Collecting before) throws IOException {
        return at(log, before.reporters, before.http, "", null);
    }

    static String freeAddress() throws IOException {
        return "127.0.0.1:" + Launched.freePort();
    }

    private static Collecting at(
            Path log, String reporters, String http, String prefix, @Nullable Path folder, String... options)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Launched.gradwatch(), "collect", "--listen", reporters, "--http", http, "--http-prefix", prefix));
        command.addAll(List.of(options));
        Launched process = Launched.start(log, Map.of(), command);
        await().atMost(PATIENCE).until(() -> process.hasPrinted("serving "));
        return new Collecting(process, reporters, http, "http://" + http + prefix + "/", folder);
    }

    /** One that is served under a path. */
    static Collecting under(String prefix, Path folder) throws IOException {
        return at(Files.createDirectories(folder).resolve("collect.log"), freeAddress(), freeAddress(), prefix, null);
    }

    /** A real two-rank job that reports here; the test is aborted where there is no torch. */
    Launched train(Path log, String id, String scenario, String mode, int steps) throws IOException {
        return Launched.start(
                log,
                Map.of("GRADWATCH_COLLECTOR", reporters, "GRADWATCH_JOB", id, "PYTHONPATH", Launched.INJECTED),
                List.of(
                        Launched.python("GRADWATCH_PYTHON", "2.13"),
                        "-m",
                        "torch.distributed.run",
                        "--nproc-per-node",
                        "2",
                        "--master-port",
                        Launched.freePort(),
                        Launched.JOBS.resolve("scenarios.py").toString(),
                        scenario,
                        "--mode",
                        mode,
                        "--steps",
                        Integer.toString(steps)));
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
    public void close() throws IOException {
        process.close();
        if (folder != null) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
