package dev.gradwatch.collector.cli.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** How long a collector's answers take, asked one after the other, {@value #PER_SECOND} a second. */
final class ApiLatency {
    private static final int PER_SECOND = 40;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI http;
    private final int jobs;
    private final Map<String, Quantiles> times = new LinkedHashMap<>();

    ApiLatency(URI http, int jobs) {
        this.http = http;
        this.jobs = jobs;
    }

    void measure(long nanos) throws IOException, InterruptedException {
        long began = System.nanoTime();
        long period = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
        for (long i = 0; System.nanoTime() - began < nanos; i++) {
            String job = "api/jobs/load-" + i % jobs;
            switch ((int) (i % 4)) {
                case 0 -> ask("list", "api/jobs?limit=100");
                case 1 -> ask("list, searched", "api/jobs?text=stored&offset=" + i * 7 % 500 + "&limit=50");
                case 2 -> ask("job", job);
                default -> ask("report", job + "/report");
            }
            LockSupport.parkNanos(began + (i + 1) * period - System.nanoTime());
        }
    }

    private void ask(String what, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(http.resolve(path))
                .timeout(Duration.ofSeconds(30))
                .GET()
                .build();
        long began = System.nanoTime();
        HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            throw new IOException(path + ": status " + answer.statusCode() + " (expected: 200)");
        }
        times.computeIfAbsent(what, key -> new Quantiles()).add(System.nanoTime() - began);
    }

    List<String> lines() {
        return times.entrySet().stream()
                .map(entry -> "  " + entry.getKey() + ": " + entry.getValue())
                .toList();
    }
}
