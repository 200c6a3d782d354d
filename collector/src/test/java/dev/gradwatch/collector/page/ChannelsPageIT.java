package dev.gradwatch.collector.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import dev.gradwatch.collector.jobs.ChatServer;
import dev.gradwatch.collector.jobs.Launched;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the page says of chat channels, in a real Chromium: beside a real job, one whose server takes what it is sent, and one whose server does not. */
class ChannelsPageIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int NARROW = 360;

    @TempDir
    static Path folder;

    private static Browser browser;
    private static ChatServer well;
    private static ChatServer refusing;
    private static final List<Launched> processes = new ArrayList<>();
    private static String troubled;
    private static String fine;

    private final List<String> complaints = new ArrayList<>();
    private final List<BrowserContext> open = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        browser = Browser.start();
        PlaywrightAssertions.setDefaultAssertionTimeout(30_000);
        String python = Launched.python("GRADWATCH_PYTHON", "2.13");
        well = ChatServer.start();
        refusing = ChatServer.start();
        refusing.answers(404, "no_team");
        String reporters = "127.0.0.1:" + Launched.freePort();
        troubled = collector(
                "troubled",
                reporters,
                "{name: all, kind: generic, url_env: WELL}, {name: team, kind: slack, url_env: REFUSING}");
        fine = collector("fine", "127.0.0.1:" + Launched.freePort(), "{name: all, kind: generic, url_env: WELL}");
        processes.add(Launched.start(
                Files.createDirectory(folder.resolve("job")).resolve("job.log"),
                Map.of("GRADWATCH_COLLECTOR", reporters, "GRADWATCH_JOB", "seg-042", "PYTHONPATH", Launched.INJECTED),
                List.of(
                        python,
                        "-m",
                        "torch.distributed.run",
                        "--nproc-per-node",
                        "2",
                        "--master-port",
                        Launched.freePort(),
                        Launched.JOBS.resolve("scenarios.py").toString(),
                        "deep_supervision",
                        "--mode",
                        "find",
                        "--steps",
                        "1000000")));
        await().atMost(PATIENCE)
                .until(() -> !well.got("/all").isEmpty()
                        && !refusing.got("/services/T0/B0/abc").isEmpty());
    }

    private static String collector(String name, String reporters, String webhooks) throws IOException {
        String http = "127.0.0.1:" + Launched.freePort();
        Path home = Files.createDirectory(folder.resolve(name));
        Path config = Files.writeString(home.resolve("collect.yaml"), "webhooks: [" + webhooks + "]\n");
        Launched process = Launched.start(
                home.resolve("collect.log"),
                Map.of("WELL", well.url("/all"), "REFUSING", refusing.url("/services/T0/B0/abc")),
                List.of(
                        Launched.gradwatch(),
                        "collect",
                        "--no-gpu",
                        "--listen",
                        reporters,
                        "--http",
                        http,
                        "--config",
                        config.toString()));
        processes.add(process);
        await().atMost(PATIENCE).until(() -> process.hasPrinted("webhooks: "));
        return "http://" + http + "/";
    }

    @AfterAll
    static void stop() {
        for (int i = processes.size() - 1; i >= 0; i--) {
            processes.get(i).close();
        }
        if (well != null) {
            well.close();
            refusing.close();
        }
        if (browser != null) {
            browser.close();
        }
    }

    @AfterEach
    void close() {
        open.forEach(BrowserContext::close);
        assertThat(complaints).as("what the browser's console said").isEmpty();
    }

    private Page page(String url, ColorScheme theme, int width) {
        BrowserContext context = browser.context(new com.microsoft.playwright.Browser.NewContextOptions()
                .setViewportSize(width, 900)
                .setLocale("en-US")
                .setColorScheme(theme));
        open.add(context);
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.navigate(url);
        return page;
    }

    private Page page(String url) {
        return page(url, ColorScheme.LIGHT, 1440);
    }

    @Test
    void whileAllIsWell_oneQuietLineSaysSo() {
        Page page = page(fine + "#/alerts");
        assertThat(page.locator(".channels")).hasText("1 channel, all delivered: all");
        assertThat(page.locator(".panel.channels")).hasCount(0);
        page.locator("button[lang=zh]").click();
        assertThat(page.locator(".channels")).hasText("1 个渠道，已全部送达：all");
    }

    @Test
    void channelThatFails_isShownWithItsReason_andWithoutItsSecret() {
        Page page = page(troubled + "#/alerts");
        Locator panel = page.locator(".panel.channels");
        assertThat(panel.locator("li")).hasCount(1);
        assertThat(panel).containsText("team does not get its alerts: ");
        assertThat(panel).containsText("no_team");
        assertThat(panel).containsText("1 channel, all delivered: all");
        assertThat(panel).containsText("slack http://127.0.0.1");
        assertThat(page.content()).doesNotContain("T0/B0/abc");
        page.locator("button[lang=zh]").click();
        assertThat(panel).containsText("team 收不到告警：");
    }

    @Test
    void linkOfAMessage_opensTheJobWithItsFinding() {
        Page page = page(well.got("/all").get(0).body().path("link").asText());
        assertThat(page.locator(".answer")).containsText("seg_layers.0 is computed and returned");
        assertThat(page.url()).startsWith(troubled + "#/jobs/seg-042");
    }

    @ParameterizedTest
    @EnumSource(names = {"LIGHT", "DARK"})
    void panel_isAccessible(ColorScheme theme) {
        for (String url : List.of(fine + "#/alerts", troubled + "#/alerts")) {
            Page page = page(url, theme, 1440);
            assertThat(page.locator(".channels").first()).isVisible();
            assertThat(new AxeBuilder(page).analyze().getViolations())
                    .as(url + " " + theme)
                    .extracting(
                            rule -> rule.getId() + " " + rule.getNodes().get(0).getHtml())
                    .isEmpty();
        }
    }

    @Test
    void panel_fitsAPhone() {
        Page page = page(troubled + "#/alerts", ColorScheme.LIGHT, NARROW);
        assertThat(page.locator(".panel.channels")).isVisible();
        assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(NARROW);
    }
}
