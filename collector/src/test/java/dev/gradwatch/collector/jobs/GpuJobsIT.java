package dev.gradwatch.collector.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.gradwatch.collector.source.gpu.NvmlStandIn;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real two-rank job beside a collector whose driver is a stand-in that lists the ranks' real processes. */
class GpuJobsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final long GB = 1_000_000_000L;
    private static final String JOB = "on-gpus";

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Launched> started = new ArrayList<>();
    private String http = "";

    @AfterEach
    void end() {
        started.forEach(Launched::close);
    }

    @Test
    void ranks_areFoundOnTheirGpus_andAStrangerIsNamed() throws Exception {
        String python = Launched.python("GRADWATCH_PYTHON", "2.13");
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says(gpus(List.of(), List.of()));
        String reporters = "127.0.0.1:" + Launched.freePort();
        http = "http://127.0.0.1:" + Launched.freePort();
        Launched collector = started(Launched.start(
                folder.resolve("collect.log"),
                Map.of(),
                List.of(
                        Launched.gradwatch(),
                        "collect",
                        "--listen",
                        reporters,
                        "--http",
                        http.substring("http://".length()),
                        "--nvml",
                        standIn.file().toString(),
                        "--gpu-interval",
                        "0.2")));
        await().atMost(PATIENCE).until(() -> collector.hasPrinted("serving "));
        started(Launched.start(
                folder.resolve("job.log"),
                Map.of("GRADWATCH_COLLECTOR", reporters, "GRADWATCH_JOB", JOB, "PYTHONPATH", Launched.INJECTED),
                List.of(
                        python,
                        "-m",
                        "torch.distributed.run",
                        "--nproc-per-node",
                        "2",
                        "--master-port",
                        Launched.freePort(),
                        Launched.JOBS.resolve("scenarios.py").toString(),
                        "all_used",
                        "--mode",
                        "default",
                        "--steps",
                        "1000000")));
        await().atMost(PATIENCE)
                .until(() -> api("/api/jobs/" + JOB + "/report").path("ranks").size() == 2);
        JsonNode ranks = api("/api/jobs/" + JOB + "/report").path("ranks");
        long first = ranks.path(0).path("pid").asLong();
        long second = ranks.path(1).path("pid").asLong();
        Launched stranger =
                started(Launched.start(folder.resolve("stranger.log"), Map.of(), List.of("sleep", "100000")));

        standIn.says(gpus(
                List.of("process 0 " + first + " " + 2 * GB),
                List.of("process 1 " + second + " " + 3 * GB, "process 1 " + stranger.pid() + " " + 7 * GB)));
        await().atMost(PATIENCE).until(() -> !rankOn(0).isNull() && !rankOn(1).isNull());
        assertThat(rankOn(0).asInt()).isZero();
        assertThat(rankOn(1).asInt()).isEqualTo(1);
        assertThat(process(1).path("job").asText()).isEqualTo(JOB);
        assertThat(process(1).path("used_bytes").asLong()).isEqualTo(3 * GB);

        await().atMost(PATIENCE).until(() -> !alert("gpu_memory_taken").isMissingNode());
        JsonNode taken = alert("gpu_memory_taken");
        assertThat(taken.path("ranks").toString()).isEqualTo("[1]");
        assertThat(taken.path("title").asText()).contains("sleep").contains(Long.toString(stranger.pid()));
        JsonNode series = api("/api/jobs/" + JOB + "/steps?series=gpu_percent");
        assertThat(series.toString()).contains("gpu_percent/rank.1");
        assertThat(text("/metrics")).contains("gradwatch_gpu_memory_used_bytes").contains("gradwatch_rank_gpu_memory");

        Launched table = started(Launched.start(
                folder.resolve("gpu.json"),
                Map.of(),
                List.of(
                        Launched.gradwatch(),
                        "gpu",
                        "--nvml",
                        standIn.file().toString(),
                        "--format",
                        "json",
                        "--http",
                        http.substring("http://".length()))));
        assertThat(table.await()).as(table.printed()).isZero();
        JsonNode listed = JSON.readTree(table.printed());
        assertThat(listed.path("gpus").path(1).path("processes").toString())
                .contains("\"rank\":1")
                .contains("\"job\":\"" + JOB + "\"");

        stranger.close();
        standIn.says(gpus(List.of("process 0 " + first + " " + 2 * GB), List.of("process 1 " + second + " " + 3 * GB)));
        await().atMost(PATIENCE).until(() -> alert("gpu_memory_taken").isMissingNode());
        standIn.says(List.of("fail nvmlInit * 9", "fail nvmlDeviceGetCount * 9"));
        await().atMost(PATIENCE)
                .until(() -> !api("/api/gpus").path("state").asText().equals("ok"));
        assertThat(api("/api/gpus").path("hint").asText()).isNotEmpty();
        assertThat(api("/api/jobs/" + JOB).path("state").asText()).isEqualTo("running");
        collector.stop();
        assertThat(collector.await()).as(collector.printed()).isZero();
    }

    private static List<String> gpus(List<String> onFirst, List<String> onSecond) {
        List<String> lines = new ArrayList<>(List.of("driver 550.54.15", "nvml 12.550.54.15"));
        for (int i = 0; i < 2; i++) {
            lines.add("device " + i + " GPU-8a56b0f0-0000-0000-0000-00000000000" + i + " 00000000:0" + i
                    + ":00.0 NVIDIA H100 80GB HBM3");
            lines.add("memory " + i + " " + 80 * GB + " 1000000 " + 10 * GB);
            lines.add("util " + i + " 80 40");
            lines.add("temp " + i + " 60");
        }
        lines.addAll(onFirst);
        lines.addAll(onSecond);
        return lines;
    }

    private JsonNode rankOn(int gpu) throws IOException, InterruptedException {
        return process(gpu).path("rank");
    }

    /** The first of a GPU's processes that is a rank; else its first. */
    private JsonNode process(int gpu) throws IOException, InterruptedException {
        JsonNode processes = api("/api/gpus").path("gpus").path(gpu).path("processes");
        for (JsonNode process : processes) {
            if (process.path("rank").isInt()) {
                return process;
            }
        }
        return JSON.createObjectNode().putNull("rank");
    }

    private JsonNode alert(String cause) throws IOException, InterruptedException {
        for (JsonNode alert : api("/api/alerts?state=open&job=" + JOB).path("alerts")) {
            if (alert.path("cause").asText().equals(cause)) {
                return alert;
            }
        }
        return MissingNode.getInstance();
    }

    private JsonNode api(String path) throws IOException, InterruptedException {
        return JSON.readTree(text(path));
    }

    private String text(String path) throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(URI.create(http + path)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private Launched started(Launched process) {
        started.add(process);
        return process;
    }
}
