package dev.gradwatch.collector.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** From the end of the first backward pass in which a head got no gradient to the alert at an SSE client. */
final class AlertLatency {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final double STEPS_PER_SECOND = 10;
    private static final long HEALTHY_MILLIS = 1_000;
    private static final long PATIENCE_MILLIS = 10_000;

    private final CollectorProcess collector;
    private final LoadModel model;
    private final int ranks;
    private final Map<String, Long> opened = new ConcurrentHashMap<>();

    AlertLatency(CollectorProcess collector, LoadModel model, int ranks) {
        this.collector = collector;
        this.model = model;
        this.ranks = ranks;
    }

    Quantiles measure(int alerts, Consumer<String> progress) throws IOException, InterruptedException {
        Thread listener = new Thread(this::listen, "bench-sse");
        listener.setDaemon(true);
        listener.start();
        Quantiles times = new Quantiles();
        int missed = 0;
        try (LoadRanks load = new LoadRanks(collector.reporters(), model)) {
            for (int i = 0; i < alerts; i++) {
                String id = "alert-" + i;
                LoadRanks.Job job = load.start(id, ranks, STEPS_PER_SECOND);
                // Not always at the same moment of whatever the collector does in turns.
                TimeUnit.MILLISECONDS.sleep(HEALTHY_MILLIS + i * 37 % 100);
                job.loseHead();
                Long at = await(id);
                if (at == null) {
                    missed++;
                } else {
                    times.add(at - job.headLostNanos());
                }
                load.closing();
                job.end();
                if ((i + 1) % 25 == 0) {
                    progress.accept("  " + (i + 1) + " of " + alerts + ": " + times);
                }
            }
        }
        if (missed > 0) {
            throw new IOException(
                    missed + " of " + alerts + " alerts did not come within " + PATIENCE_MILLIS / 1000 + " s");
        }
        return times;
    }

    private @org.jspecify.annotations.Nullable Long await(String job) throws InterruptedException {
        for (long waited = 0; waited < PATIENCE_MILLIS; waited++) {
            Long at = opened.get(job);
            if (at != null) {
                return at;
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
        return null;
    }

    private void listen() {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpRequest request = HttpRequest.newBuilder(collector.http().resolve("api/events"))
                .header("Accept", "text/event-stream")
                .GET()
                .build();
        try (Stream<String> lines =
                client.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
            List<String> event = new ArrayList<>();
            lines.forEach(line -> {
                if (!line.isEmpty()) {
                    event.add(line);
                    return;
                }
                hear(event, System.nanoTime());
                event.clear();
            });
        } catch (IOException | java.io.UncheckedIOException e) {
            // The collector was stopped; whoever waits for an alert says that it did not come.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void hear(List<String> event, long nanos) {
        if (!event.contains("event: alert")) {
            return;
        }
        for (String line : event) {
            if (line.startsWith("data:")) {
                try {
                    JsonNode alert = MAPPER.readTree(line.substring("data:".length()));
                    String job = alert.path("alert")
                            .path("job")
                            .asText(alert.path("job").asText());
                    opened.putIfAbsent(job, nanos);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        }
    }
}
