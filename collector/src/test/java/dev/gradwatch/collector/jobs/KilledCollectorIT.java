package dev.gradwatch.collector.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
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
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A collector that is killed at {@value #KILLS} seeded moments, some while it starts, beside four jobs of four ranks; held against one that nobody
 * kills: the same jobs, findings and alerts, no alert opened twice and none lost.
 */
class KilledCollectorIT {
    private static final int KILLS = 50;
    private static final int PASSES_A_ROUND = 6;
    private static final int RANKS = 4;
    private static final long PASSES = (long) KILLS * PASSES_A_ROUND;
    private static final long SEED = 20261125;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void collect_killedAtAnyMoment_endsWithWhatAnUndisturbedOneHas() throws Exception {
        Map<String, String> undisturbed = run("whole", false);
        Map<String, String> disturbed = run("killed", true);
        assertThat(disturbed).isEqualTo(undisturbed);
        assertThat(undisturbed.keySet()).anyMatch(key -> key.contains("alert of never-used"));
        assertThat(undisturbed.keySet()).anyMatch(key -> key.contains("alert of fails"));
    }

    private Map<String, String> run(String name, boolean kill) throws Exception {
        Path at = Files.createDirectory(folder.resolve(name));
        InetSocketAddress reporters = new InetSocketAddress("127.0.0.1", Integer.parseInt(Launched.freePort()));
        URI http = URI.create("http://127.0.0.1:" + Launched.freePort() + "/");
        Random random = new Random(SEED);
        List<ScriptedRank> ranks = ranks(reporters);
        Launched collector = collect(at, 0, reporters, http);
        try {
            awaitHealth(collector, http);
            for (ScriptedRank rank : ranks) {
                Thread thread = new Thread(rank, "rank");
                thread.setDaemon(true);
                thread.start();
            }
            for (int round = 1; round <= KILLS; round++) {
                ranks.forEach(rank -> rank.allow(PASSES_A_ROUND));
                pause(random.nextInt(400));
                if (kill) {
                    ScriptedRank.through(ranks, collector::kill);
                    collector = collect(at, round, reporters, http);
                    // A third dies again before it can do anything, at some moment of its start.
                    if (random.nextInt(3) == 0) {
                        pause(random.nextInt(1_200));
                    } else {
                        awaitHealth(collector, http);
                    }
                }
            }
            Launched last = collector;
            await().atMost(PATIENCE).until(() -> ranks.stream().allMatch(ScriptedRank::isDone));
            await().atMost(PATIENCE).until(() -> running(last, http) == 0);
            return picture(http);
        } finally {
            collector.close();
        }
    }

    private static List<ScriptedRank> ranks(InetSocketAddress reporters) {
        List<ScriptedRank> ranks = new ArrayList<>();
        for (int rank = 0; rank < RANKS; rank++) {
            int its = rank;
            ranks.add(new ScriptedRank(reporters, "never-used", rank, RANKS, true, PASSES, pass -> false, null));
            ranks.add(new ScriptedRank(reporters, "lost-later", rank, RANKS, true, PASSES, pass -> pass < 9, null));
            ranks.add(new ScriptedRank(
                    reporters, "one-rank", rank, RANKS, true, PASSES, pass -> its == 1 || pass % 2 == 0, null));
            ranks.add(new ScriptedRank(
                    reporters, "fails", rank, RANKS, false, PASSES, pass -> true, rank == 2 ? Long.valueOf(99) : null));
        }
        return ranks;
    }

    /** Not to wait for anything: to be somewhere in the middle of whatever goes on. */
    private static void pause(int millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    private static Launched collect(Path at, int round, InetSocketAddress reporters, URI http) throws IOException {
        return Launched.start(
                at.resolve("collect-" + round + ".log"),
                Map.of(),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-jar",
                        Launched.ROOT.resolve("collector/target/gradwatch.jar").toString(),
                        "collect",
                        "--listen",
                        "127.0.0.1:" + reporters.getPort(),
                        "--http",
                        http.getAuthority(),
                        "--store",
                        "jdbc:sqlite:" + at.resolve("jobs.db")));
    }

    private void awaitHealth(Launched collector, URI http) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
            assertThat(collector.isRunning()).as(collector.printed()).isTrue();
            return get(http, "api/health") != null;
        });
    }

    private int running(Launched collector, URI http) throws IOException {
        assertThat(collector.isRunning()).as(collector.printed()).isTrue();
        JsonNode jobs = get(http, "api/jobs?state=running");
        return jobs == null ? -1 : jobs.path("total").asInt(-1);
    }

    /** What must be equal: each job's line and findings, and each alert with its life, but for when it was and how often its words changed. */
    private Map<String, String> picture(URI http) {
        Map<String, String> picture = new TreeMap<>();
        for (JsonNode job : get(http, "api/jobs").path("jobs")) {
            String id = job.path("id").asText();
            picture.put(
                    "job " + id,
                    job.path("state").asText() + " step " + job.path("step") + " ranks " + job.path("ranks") + " worst "
                            + job.path("worst").asText());
            for (JsonNode finding : get(http, "api/jobs/" + id + "/report").path("findings")) {
                picture.put(
                        "finding of " + id + " " + finding.path("id").asText(),
                        finding.path("severity").asText() + " ranks " + finding.path("ranks") + " "
                                + finding.path("evidence"));
            }
        }
        for (JsonNode alert : get(http, "api/alerts?state=open,acknowledged,muted,resolved&limit=1000")
                .path("alerts")) {
            List<String> life = new ArrayList<>();
            for (JsonNode event :
                    get(http, "api/alerts/" + alert.path("id").asText()).path("history")) {
                if (!event.path("event").asText(event.path("kind").asText()).equals("updated")) {
                    life.add(event.path("event").asText(event.path("kind").asText()));
                }
            }
            picture.put(
                    "alert of " + alert.path("job").asText() + " "
                            + alert.path("finding").asText(),
                    alert.path("state").asText() + " opened " + alert.path("times_opened") + " " + life);
        }
        return picture;
    }

    private JsonNode get(URI http, String path) {
        try {
            HttpResponse<byte[]> answer = client.send(
                    HttpRequest.newBuilder(http.resolve(path))
                            .timeout(Duration.ofSeconds(10))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            return answer.statusCode() == 200 ? JSON.readTree(answer.body()) : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
