package dev.gradwatch.collector.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import dev.gradwatch.collector.jobs.Launched;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recorded runs on the page that {@code replay --http} serves, in a real Chromium. */
class RecordedRunPageIT {
    private static final Pattern PAGE = Pattern.compile("gradwatch: the page: (http://\\S+/)  \\(Ctrl-C ends it\\)");
    private static final Path RECORDED = Path.of("src/main/resources/demo").toAbsolutePath();

    @TempDir
    Path folder;

    private static Browser browser;

    private final List<String> complaints = new ArrayList<>();

    @BeforeAll
    static void start() {
        browser = Browser.start();
        PlaywrightAssertions.setDefaultAssertionTimeout(20_000);
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void runThatDied_saysTheAnswerTheFixAndTheTrap() throws Exception {
        try (Launched replay = replay("recorded-died.jsonl.gz");
                BrowserContext context = context()) {
            Page page = page(context);
            page.navigate(url(replay) + "#/jobs/demo-died");
            assertThat(page.locator("h2.answer"))
                    .hasText("decoder.seg_layers.0 is computed and returned, but the loss never uses it");
            assertThat(page.locator(".fix")).containsText("1e-6");
            assertThat(page.locator(".avoid")).containsText("static_graph");
            assertThat(page.locator(".map-row.trouble").first()).isVisible();
            page.navigate(url(replay) + "#/jobs/demo-died?mark=never");
            assertThat(page.locator(".map-row[title='decoder.seg_layers.0.weight']"))
                    .hasCount(1);
            page.navigate(url(replay) + "#/alerts");
            assertThat(page.locator("#content")).containsText("decoder.seg_layers.0");
            stops(replay);
        }
        assertThat(complaints).as("what the browser's console said").isEmpty();
    }

    @Test
    void runThatIsWell_hasItsFiguresOverSteps() throws Exception {
        try (Launched replay = replay("recorded-fixed.jsonl.gz");
                BrowserContext context = context()) {
            Page page = page(context);
            page.navigate(url(replay));
            assertThat(page.locator(".jobs tbody tr")).hasCount(1);
            page.locator(".jobs tbody a").first().click();
            assertThat(page.locator(".healthy")).containsText("All trainable parameters get gradients");
            assertThat(page.locator(".map-row").first()).isVisible();
            assertThat(page.locator(".map-row.trouble")).hasCount(0);
            assertThat(page.locator(".chart canvas").first()).isVisible();
            stops(replay);
        }
        assertThat(complaints).as("what the browser's console said").isEmpty();
    }

    private Launched replay(String recording) throws IOException {
        Launched replay = Launched.start(
                folder.resolve("replay.log"),
                Map.of(),
                List.of(
                        Launched.gradwatch(),
                        "replay",
                        RECORDED.resolve(recording).toString(),
                        "--http",
                        "127.0.0.1:0"));
        await().atMost(Duration.ofSeconds(120)).until(() -> replay.hasPrinted("(Ctrl-C ends it)"));
        return replay;
    }

    private static String url(Launched replay) throws IOException {
        Matcher page = PAGE.matcher(replay.printed());
        assertThat(page.find()).as(replay.printed()).isTrue();
        return page.group(1);
    }

    /** With the page still open, whose stream of events must not hold it up. */
    private static void stops(Launched replay) throws IOException, InterruptedException {
        replay.stop();
        assertThat(replay.await()).as(replay.printed()).isZero();
    }

    private static BrowserContext context() {
        return browser.context(new com.microsoft.playwright.Browser.NewContextOptions()
                .setViewportSize(1440, 900)
                .setLocale("en-US"));
    }

    private Page page(BrowserContext context) {
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        return page;
    }
}
