package dev.gradwatch.collector.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three runs of one real two-rank script under {@code gradwatch run}: as it is, again, and with the fix. The page is there while each runs. */
class KeptRunsIT {
    private static final Pattern PAGE = Pattern.compile("gradwatch: the page: (http://\\S+/)#/jobs/(\\S+)");
    private static final String HEAD = "seg_layers.0 is computed and returned, but the loss never uses it";
    private static final int MOST_TRIES = 3;

    @TempDir
    Path folder;

    @Test
    void thirdRun_saysThatItIsFixed() throws Exception {
        String python = Launched.python("GRADWATCH_PYTHON", "2.13");
        // One command, so that it is one job's next run; what it trains is the file's.
        Path what = folder.resolve("what");
        Path script = Files.writeString(
                folder.resolve("train.py"),
                "import runpy, sys\nsys.argv = [sys.argv[1]] + open(sys.argv[2]).read().split()\n"
                        + "runpy.run_path(sys.argv[0], run_name='__main__')\n");
        List<String> command = List.of(
                Launched.gradwatch(),
                "run",
                "--",
                python,
                "-m",
                "torch.distributed.run",
                "--nproc-per-node",
                "2",
                "--master-port",
                Launched.freePort(),
                script.toString(),
                Launched.JOBS.resolve("scenarios.py").toString(),
                what.toString());

        Files.writeString(what, "deep_supervision --mode find --steps 400");
        assertThat(watched(command)).contains(HEAD).doesNotContain("the last run");
        assertThat(watched(command)).contains("Still there since the last run").contains(HEAD);
        Files.writeString(what, "all_used --mode find --steps 400");
        assertThat(watched(command)).contains("Fixed since the last run").doesNotContain("Still there");
    }

    /** What a run printed, whose page had the job on it while it ran. */
    private String watched(List<String> command) throws Exception {
        for (int tries = 1; ; tries++) {
            try (Launched run = Launched.start(folder.resolve("run.log"), Map.of(), command)) {
                await().atMost(Duration.ofSeconds(120)).until(() -> run.hasPrinted("the page: "));
                Matcher page = PAGE.matcher(run.printed());
                assertThat(page.find()).as(run.printed()).isTrue();
                await().atMost(Duration.ofSeconds(120))
                        .ignoreExceptionsInstanceOf(IOException.class)
                        .until(() ->
                                job(page.group(1), page.group(2)).path("ranks").asInt() == 2);
                assertThat(job(page.group(1), page.group(2)).path("state").asText())
                        .isEqualTo("running");
                run.await();
                if (tries == MOST_TRIES || !run.hasPrinted(Launched.TORCHS_ABORT)) {
                    return run.printed();
                }
            }
        }
    }

    private static JsonNode job(String url, String id) throws IOException {
        return new ObjectMapper().readTree(URI.create(url + "api/jobs/" + id).toURL());
    }
}
