package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gradwatch.collector.jobs.ChatServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks of a configuration, in real processes. */
class WebhooksTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private ChatServer chat;
    private Path config;

    @BeforeEach
    void start() throws IOException {
        chat = ChatServer.start();
        config = folder.resolve("collect.yaml");
    }

    @AfterEach
    void stop() {
        chat.close();
    }

    @Test
    void editedWebhooks_areTakenWhileTheCollectorRuns() throws Exception {
        says("webhooks: [{name: old, kind: generic, url: '" + chat.url("/old") + "'}]");
        try (ChildProcess collect = new ChildProcess(
                Map.of("GRADWATCH_LISTEN", "127.0.0.1:0", "GRADWATCH_CONFIG", config.toString()), "collect")) {
            InetSocketAddress reporters = listening(collect);
            assertThat(collect.errLine("webhooks: "))
                    .startsWith("gradwatch: webhooks: old (generic, http://127.0.0.1:")
                    .contains("; their links lead to http://127.0.0.1:")
                    .doesNotContain("/old");
            job(reporters, "one");
            awaitMessages("/old", 1);

            says("webhooks: [{name: new, kind: generic, url: '" + chat.url("/new") + "'}]");
            assertThat(collect.errLine("webhooks: ")).startsWith("gradwatch: webhooks: new (generic, ");
            job(reporters, "two");
            awaitMessages("/new", 1);

            says("webhooks:\n  - name: new\n    kind: slak\n    url: '" + chat.url("/secret-word") + "'");
            assertThat(collect.errLine("line 3: webhooks[0].kind: slak"))
                    .endsWith("; webhooks stay as they were")
                    .doesNotContain("secret-word");
            job(reporters, "three");
            awaitMessages("/new", 2);

            says("listen: 127.0.0.1:0");
            collect.errLine("webhooks: none");
        }
        assertThat(jobs("/old")).containsExactly("one");
        assertThat(jobs("/new")).containsExactly("two", "three");
    }

    @Test
    void mistake_isBadUsage_andNamesLineAndKey() throws Exception {
        says(
                "listen: 127.0.0.1:0\nwebhooks:\n  - name: team\n    kind: slack\n    urll: https://hooks.slack.com/a/b/c");
        try (ChildProcess collect = new ChildProcess(Map.of(), "collect", "--config", config.toString())) {
            assertThat(collect.exitStatus()).isEqualTo(2);
            assertThat(collect.restOfErr())
                    .startsWith("gradwatch: config: " + config + " line 5: webhooks[0].urll: ")
                    .doesNotContain("hooks.slack.com");
        }
        says("public-url: gradwatch.example.org");
        try (ChildProcess collect = new ChildProcess(Map.of(), "collect", "--config", config.toString())) {
            assertThat(collect.exitStatus()).isEqualTo(2);
            assertThat(collect.restOfErr())
                    .contains("public-url: gradwatch.example.org"
                            + " (expected: such as https://gradwatch.example.org/gradwatch)");
        }
    }

    @Test
    void testWebhook_sendsASample_andPrintsTheAnswer() throws Exception {
        says("public-url: https://gw.example.org/x\nwebhooks:\n"
                + "  - {name: team, kind: slack, url: '" + chat.url("/services/T0/B0/abc") + "'}\n"
                + "  - {name: all, kind: generic, url: '" + chat.url("/all") + "', secret: s3cret}");
        assertThat(testWebhook(0, "all"))
                .startsWith("all (generic, http://127.0.0.1:")
                .endsWith(": delivered; status 200, the server said: ok");
        assertThat(chat.got("/all")).singleElement().satisfies(message -> {
            assertThat(message.body().path("alert").path("severity").asText()).isNotEmpty();
            assertThat(message.body().path("link").asText()).startsWith("https://gw.example.org/x/#/");
        });

        chat.answers(404, "no_service for " + chat.url("/services/T0/B0/abc"));
        assertThat(testWebhook(1, "team"))
                .contains("not delivered: ")
                .contains("; status 404, the server said: no_service")
                .doesNotContain("abc");

        assertThat(testWebhook(1, "nobody")).isEqualTo("gradwatch: webhook: nobody (expected: team, all)");
        says("keep-days: 3");
        assertThat(testWebhook(1, "team")).contains("; it names none)");
    }

    @Test
    void testWebhook_withoutAConfiguration_saysWhatIsMissing() throws Exception {
        try (ChildProcess test = new ChildProcess(Map.of(), "alerts", "test-webhook", "team")) {
            assertThat(test.exitStatus()).isEqualTo(2);
            assertThat(test.restOfErr())
                    .isEqualTo("gradwatch: config: none (expected: --config FILE.yaml or GRADWATCH_CONFIG)");
        }
    }

    private String testWebhook(int status, String name) throws Exception {
        try (ChildProcess test =
                new ChildProcess(Map.of(), "alerts", "test-webhook", name, "--config", config.toString())) {
            String said = test.restOfOut() + test.restOfErr();
            assertThat(test.exitStatus()).as(said).isEqualTo(status);
            return said;
        }
    }

    /** As an editor does that never leaves half a file. */
    private void says(String text) throws IOException {
        Path next = Files.writeString(folder.resolve("next"), text + "\n");
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
        Files.move(next, config, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void job(InetSocketAddress reporters, String name) throws IOException {
        try (WireReporter rank = new WireReporter(reporters)) {
            rank.hello(name, 0, 1, null).manifest().steps(60);
        }
    }

    private void awaitMessages(String path, int jobs) {
        await().atMost(PATIENCE).until(() -> jobs(path).size() == jobs);
    }

    /** Whose alerts were opened, in the order of coming. */
    private List<String> jobs(String path) {
        List<String> jobs = new ArrayList<>();
        chat.got(path).stream()
                .filter(message -> message.body().path("kind").asText().equals("opened"))
                .map(message -> message.body().path("alert").path("job").asText())
                .filter(job -> !jobs.contains(job))
                .forEach(jobs::add);
        return jobs;
    }

    private static InetSocketAddress listening(ChildProcess collect) throws IOException {
        String[] words = collect.errLine("listening on ").split("[ :]", -1);
        return new InetSocketAddress("127.0.0.1", Integer.parseInt(words[words.length - 1]));
    }
}
