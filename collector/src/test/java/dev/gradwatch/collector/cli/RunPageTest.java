package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page and the store of {@code run}, around commands that are no training: what they print is the finding. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunPageTest {
    private static final Pattern PAGE = Pattern.compile("gradwatch: the page: http://([0-9.:]+)/#/jobs/(\\S+)\n");

    /** Says a known message where it is told to, and then waits to be told to end. */
    private static final String SCRIPT =
            "[ \"$1\" = well ] || echo 'RuntimeError: CUDA error: invalid device ordinal' >&2; read -r end; [ \"$1\" = well ]";

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    Path home;

    @Test
    void page_isServedWhileTheCommandRuns_andGoesWithIt() throws Exception {
        String address;
        try (ForkedGradwatch run = run("--job", "seg 042", "--", "cat")) {
            Matcher page = page(run);
            address = page.group(1);
            assertThat(page.group(2)).isEqualTo("seg%20042");
            assertThat(get(address, "/").body()).contains("<script type=\"module\"");
            JsonNode jobs = jobs(address, 1);
            assertThat(jobs.at("/0/id").asText()).isEqualTo("seg 042");
            assertThat(jobs.at("/0/state").asText()).isEqualTo("running");
            run.input().close();
            assertThat(run.status()).isZero();
        }
        assertThatThrownBy(() -> get(address, "/")).isInstanceOf(ConnectException.class);
    }

    @Test
    void usualPortThatIsTaken_isPassedOver() throws Exception {
        try (ForkedGradwatch one = run("--", "cat")) {
            Matcher first = page(one);
            try (ForkedGradwatch two = run("--", "cat")) {
                Matcher second = page(two);
                assertThat(second.group(1)).isNotEqualTo(first.group(1));
                jobs(second.group(1), 1);
                // Both are watched, and one is kept.
                assertThat(two.errorsSoFar()).contains("runs.db is another collector's", "; this run is not kept\n");
                assertThat(one.errorsSoFar()).doesNotContain("not kept");
                two.input().close();
                assertThat(two.status()).isZero();
            }
            one.input().close();
            assertThat(one.status()).isZero();
        }
    }

    @Test
    void addressThatIsTaken_andWasAskedFor_isSaidBeforeTheCommandRuns() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ForkedGradwatch run = run("--http", "127.0.0.1:" + taken.getLocalPort(), "--", "echo", "ran")) {
            assertThat(run.output()).isEmpty();
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.errors())
                    .isEqualTo("gradwatch: http: 127.0.0.1:" + taken.getLocalPort()
                            + " is in use (expected: a free port, see --http)\n");
        }
    }

    @Test
    void storeThatWasAskedFor_andCannotBe_isSaidBeforeTheCommandRuns() throws Exception {
        try (ForkedGradwatch run = run("--store", "jdbc:oracle:x", "--", "echo", "ran")) {
            assertThat(run.output()).isEmpty();
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.errors()).contains("store: jdbc:oracle:x").hasLineCount(1);
        }
    }

    @Test
    void brokenStore_keepsNoCommandFromRunning() throws Exception {
        Path file = home.resolve("state/gradwatch/runs.db");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "no database, but long enough to be looked at as one ".repeat(100));
        try (ForkedGradwatch run = run("--", "sh", "-c", "read -r x; exit 4")) {
            jobs(page(run).group(1), 1);
            run.input().close();
            assertThat(run.status()).isEqualTo(4);
            assertThat(run.errors()).contains("runs.db", "; this run is not kept\n");
        }
    }

    @Test
    void nextRun_saysWhatIsStillThereAndWhatIsFixed() throws Exception {
        Path script = Files.writeString(home.resolve("train.sh"), SCRIPT);
        assertThat(ends(run("--", "sh", script.toString(), "ill"))).doesNotContain("the last run");
        assertThat(ends(run("--", "sh", script.toString(), "ill"))).contains("Still there since the last run (sh-");
        Files.writeString(script, SCRIPT.replace("= well", "!= well"));
        try (ForkedGradwatch fixed = run("--", "sh", script.toString(), "ill")) {
            page(fixed);
            assertThat(ends(fixed)).contains("Fixed since the last run (").doesNotContain("Still there");
        }
    }

    @Test
    void sameName_isTheNextRunOfIt() throws Exception {
        assertThat(ends(run("--no-http", "--job", "seg", "--", "sh", "-c", SCRIPT, "x", "ill")))
                .doesNotContain("the last run");
        assertThat(ends(run("--no-http", "--job", "seg", "--", "sh", "-c", SCRIPT, "x", "ill")))
                .contains("Still there since the last run (seg)");
        try (ForkedGradwatch run = run("--", "cat")) {
            assertThat(jobs(page(run).group(1), 2).findValuesAsText("id")).contains("seg");
        }
    }

    @Test
    void runThatWasKilled_isNotRunningInTheNext() throws Exception {
        try (ForkedGradwatch run = run("--job", "killed", "--", "sh", "-c", SCRIPT, "x", "ill")) {
            String address = page(run).group(1);
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> jobs(address, 1).at("/0/findings").asInt() == 1);
            // The store has it as running before the process goes.
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() ->
                            json(address, "/api/health").at("/pending_writes").asInt() == 0);
            run.process().destroyForcibly().waitFor();
        }
        try (ForkedGradwatch run = run("--job", "next", "--", "cat")) {
            JsonNode jobs = jobs(page(run).group(1), 2);
            assertThat(jobs.findValuesAsText("id")).containsExactly("next", "killed");
            assertThat(jobs.get(1).path("state").asText()).isNotEqualTo("running");
        }
    }

    @Test
    void interrupt_isTheCommandsToAnswer_andTheVerdictComes() throws Exception {
        try (ForkedGradwatch run =
                run("--", "sh", "-c", "trap 'exit 6' TERM; echo ready; while :; do sleep 0.01; done")) {
            assertThat(run.line()).isEqualTo("ready");
            page(run);
            run.process().toHandle().destroy();
            assertThat(run.status()).isEqualTo(6);
            assertThat(run.errors()).contains("No rank reported");
        }
        assertThat(home.resolve("state/gradwatch/runs.db")).isNotEmptyFile();
    }

    @Test
    void withoutHttp_nothingIsServed() throws Exception {
        assertThat(ends(run("--no-http", "--", "sh", "-c", SCRIPT, "x", "ill"))).doesNotContain("http://");
    }

    @Test
    void config_isReadForOurOptionsAlone() throws Exception {
        Path config = Files.writeString(home.resolve("run.yaml"), "job: configured\nno-http: true\n");
        try (ForkedGradwatch ours = run("--config", config.toString(), "--", "sh", "-c", "echo $GRADWATCH_JOB")) {
            assertThat(ours.line()).isEqualTo("configured");
            assertThat(ours.status()).isZero();
        }
        // The command's own option of that name, without -- before it.
        try (ForkedGradwatch theirs = run("--job", "mine", "echo", "--config", "missing.yaml")) {
            assertThat(theirs.line()).isEqualTo("--config missing.yaml");
            assertThat(theirs.status()).isZero();
        }
    }

    @Test
    void environment_isTheOptionsTwinAndReachesTheCommand() throws Exception {
        String store = "jdbc:sqlite:" + home.resolve("other.db");
        try (ForkedGradwatch run = ForkedGradwatch.start(
                home,
                Map.of("GRADWATCH_STORE", store, "GRADWATCH_NO_HTTP", "1"),
                "run",
                "--",
                "sh",
                "-c",
                "echo $GRADWATCH_STORE")) {
            assertThat(run.line()).isEqualTo(store);
            assertThat(run.status()).isZero();
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("other.db"))))
                .isEqualTo("rw-------");
    }

    private ForkedGradwatch run(String... arguments) throws IOException {
        String[] all = new String[arguments.length + 1];
        all[0] = "run";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return ForkedGradwatch.start(home, all);
    }

    /** Lets it end; what it said. */
    private static String ends(ForkedGradwatch run) throws Exception {
        try (run) {
            run.input().write("end\n".getBytes(StandardCharsets.UTF_8));
            run.input().close();
            run.status();
            return run.errors();
        }
    }

    private static Matcher page(ForkedGradwatch run) {
        Matcher page = PAGE.matcher("");
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> page.reset(run.errorsSoFar()).find());
        return page;
    }

    /** So many jobs, once there are: a job is listed when it was first looked at. */
    private JsonNode jobs(String address, int count) {
        return await().atMost(30, TimeUnit.SECONDS)
                .until(() -> json(address, "/api/jobs").path("jobs"), jobs -> jobs.size() == count);
    }

    private JsonNode json(String address, String path) throws Exception {
        return new ObjectMapper().readTree(get(address, path).body());
    }

    private HttpResponse<String> get(String address, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://" + address + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
