package dev.gradwatch.collector.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.assertions.LocatorAssertions.HasCountOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions;
import com.microsoft.playwright.options.ColorScheme;
import dev.gradwatch.collector.jobs.Launched;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page in a real Chromium, beside a real collector that two real two-rank jobs reported to. */
class PageIT {
    private static final String HOSTILE = "<img src=x onerror=alert(1)>";
    private static final String JOB = "seg-042";
    private static final String ANSWER = "seg_layers.0 is computed and returned, but the loss never uses it";
    private static final int NARROW = 360;
    private static final int STEPS = 60;
    private static final int MOST_FIRST_BYTES = 150_000;

    @TempDir
    static Path folder;

    @RegisterExtension
    static final Pages PAGES = new Pages();

    private static Collecting collector;

    @BeforeAll
    static void start() throws Exception {
        collector = Collecting.in(folder.resolve("usual"));
        try (Launched one = collector.train(folder.resolve("one.log"), JOB, "deep_supervision", "find", STEPS);
                Launched other = collector.train(folder.resolve("other.log"), HOSTILE, "all_used", "default", STEPS)) {
            one.await();
            other.await();
        }
    }

    @AfterAll
    static void stop() throws IOException {
        if (collector != null) {
            collector.close();
        }
    }

    private static void go(Page page, String hash) {
        page.navigate(collector.url() + hash);
    }

    @Test
    void jobs_areARowEach() {
        Page page = PAGES.page();
        go(page, "");
        assertThat(page.locator(".jobs tbody tr")).hasCount(2);
        Locator row = page.locator(".jobs tbody tr", new Page.LocatorOptions().setHasText(JOB));
        assertThat(row).containsText("DeepSupervision");
        assertThat(row).containsText(ANSWER);
        page.locator("input[type=search]").fill("seg");
        assertThat(page.locator(".jobs tbody tr")).hasCount(1);
        org.assertj.core.api.Assertions.assertThat(page.url()).contains("text=seg");
        row.locator("a").click();
        assertThat(page.locator("h1")).hasText("DeepSupervision");
        page.goBack();
        assertThat(page.locator(".jobs tbody tr")).hasCount(1);
    }

    @Test
    void job_saysTheAnswerFirst() {
        Page page = PAGES.page(Pages.wide().setPermissions(List.of("clipboard-read", "clipboard-write")));
        go(page, "#/jobs/" + JOB);
        assertThat(page.locator("h2.answer")).hasText(ANSWER);
        assertThat(page.locator(".fix")).containsText("1e-6");
        assertThat(page.locator(".avoid")).containsText("static_graph");
        assertThat(page.locator(".map-row.trouble").first()).containsText("seg_layers");
        assertThat(page.locator("#map")).containsText("weight");
        assertThat(page.locator(".chart canvas").first()).isVisible();
        page.locator(".fix .copy").first().click();
        assertThat(page.locator(".fix .copy").first()).hasText("Copied");
        assertThat((String) page.evaluate("navigator.clipboard.readText()")).contains("1e-6");
    }

    @Test
    void map_goesByKeyboardAlone() {
        Page page = PAGES.page();
        go(page, "#/jobs/" + JOB);
        assertThat(page.locator(".map-row").first()).isVisible();
        page.keyboard().press("Tab");
        assertThat(page.locator(".skip")).isFocused();
        page.keyboard().press("Enter");
        assertThat(page.locator("#content")).isFocused();
        for (int i = 0;
                i < 40 && !(Boolean) page.evaluate("document.activeElement.classList.contains('map-view')");
                i++) {
            page.keyboard().press("Tab");
        }
        assertThat(page.locator(".map-view")).isFocused();
        page.keyboard().press("End");
        page.keyboard().press("ArrowRight");
        page.keyboard().press("ArrowDown");
        page.keyboard().press("Enter");
        assertThat(page.locator(".parameter h3")).hasText("seg_layers.3.weight");
        page.keyboard().press("Escape");
        assertThat(page.locator(".parameter")).hasCount(0);
        assertThat(page.locator(".map-view")).isFocused();
    }

    @Test
    void map_isFilteredByNameAndMark() {
        Page page = PAGES.page();
        go(page, "#/jobs/" + JOB + "?filter=stages.1");
        assertThat(page.locator(".map-row[title='stages.1.weight']")).hasCount(1);
        assertThat(page.locator(".map-row[title^='seg_layers']")).hasCount(0);
        go(page, "#/jobs/" + JOB + "?mark=never");
        assertThat(page.locator(".map-row[title='seg_layers.0.bias']")).hasCount(1);
        assertThat(page.locator(".map-row[title^='stages']")).hasCount(0);
    }

    @Test
    void language_isChosenAndRemembered() {
        Page page = PAGES.page();
        go(page, "#/jobs/" + JOB);
        page.locator("button[lang=zh]").click();
        assertThat(page.locator("h2.answer")).hasText("seg_layers.0 已计算并返回，但未参与损失计算");
        assertThat(page.locator("html")).hasAttribute("lang", "zh-CN");
        page.reload();
        assertThat(page.locator("nav a").first()).hasText("任务");
        Page chinese = PAGES.page(Pages.wide().setLocale("zh-CN"));
        go(chinese, "");
        assertThat(chinese.locator("h1")).hasText("任务");
    }

    @Test
    void theme_isTheSystemsUntilChosen() {
        Page page = PAGES.page(Pages.wide().setColorScheme(ColorScheme.DARK));
        go(page, "");
        String dark = background(page);
        page.locator(".top select").selectOption("light");
        assertThat(background(page)).isNotEqualTo(dark);
        page.reload();
        assertThat(page.locator("h1")).isVisible();
        assertThat(background(page)).isNotEqualTo(dark);
    }

    private static String background(Page page) {
        return (String) page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
    }

    @Test
    void hostileNames_areText() throws Exception {
        Page page = PAGES.page();
        go(page, "");
        assertThat(page.locator(".jobs tbody tr", new Page.LocatorOptions().setHasText(HOSTILE)))
                .hasCount(1);
        page.locator(".jobs a", new Page.LocatorOptions().setHasText(HOSTILE)).click();
        assertThat(page.locator(".job-head")).containsText(HOSTILE);
        assertThat(page.locator(".healthy")).containsText("All trainable parameters get gradients");
        go(page, "#/jobs/" + JOB + "?filter=" + "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E");
        assertThat(page.locator("#map .empty")).isVisible();
        assertThat(page.locator("img")).hasCount(0);
        String policy = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(collector.url())).build(), HttpResponse.BodyHandlers.ofString())
                .headers()
                .firstValue("Content-Security-Policy")
                .orElseThrow();
        assertThat(policy).contains("script-src 'self' 'sha256-").doesNotContain("unsafe");
        assertThat(
                        page.evaluate(
                                "() => { const s = document.createElement('script'); s.textContent = 'window.ran = true'; document.head.append(s); return window.ran === true; }"))
                .isEqualTo(false);
        // The browser says that it did not run it.
        assertThat(PAGES.complaints()).allMatch(text -> text.contains("Content Security Policy"));
        PAGES.complaints().clear();
    }

    @ParameterizedTest
    @CsvSource({"en,light", "en,dark", "zh,light", "zh,dark"})
    void everyView_isAccessible(String language, String theme) {
        Page page =
                PAGES.page(Pages.wide().setColorScheme(theme.equals("dark") ? ColorScheme.DARK : ColorScheme.LIGHT));
        for (String view : List.of("#/jobs", "#/jobs/" + JOB, "#/alerts", "#/gpus")) {
            go(page, view + (view.contains("?") ? "&" : "?") + "lang=" + language);
            page.reload();
            assertThat(page.locator("h1").first()).isVisible();
            assertThat(page.locator(".skeleton")).hasCount(0);
            List<Rule> violations = new AxeBuilder(page).analyze().getViolations();
            assertThat(violations)
                    .as(view + " " + language + " " + theme)
                    .extracting(
                            rule -> rule.getId() + " " + rule.getNodes().get(0).getHtml())
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"#/jobs", "#/jobs/" + JOB, "#/alerts", "#/gpus"})
    void everyView_fitsAPhone(String view) {
        Page page = PAGES.page(Pages.wide().setViewportSize(NARROW, 740));
        go(page, view);
        assertThat(page.locator("h1").first()).isVisible();
        assertThat(page.locator(".skeleton")).hasCount(0);
        assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(NARROW);
    }

    @Test
    void firstView_isSmall() {
        Page page = PAGES.page();
        List<Response> responses = new ArrayList<>();
        page.onResponse(responses::add);
        go(page, "");
        assertThat(page.locator(".jobs tbody tr").first()).isVisible();
        // asking for sizes lets the browser's next words in, which may be one more response
        long bytes = List.copyOf(responses).stream()
                .filter(response -> !response.url().contains("/api/events"))
                .mapToLong(response -> response.request().sizes().responseBodySize)
                .sum();
        assertThat(bytes).isPositive().isLessThan(MOST_FIRST_BYTES);
        assertThat(responses).noneMatch(response -> response.url().contains("echarts"));
        assertThat(responses).allMatch(response -> response.url().startsWith(collector.url()));
    }

    @Test
    void emptyCollector_tellsHowToConnect_underAPrefix() throws Exception {
        // The page goes before the collector, whose end the browser would complain of.
        try (Collecting prefixed = Collecting.under("/team/gradwatch", folder.resolve("prefixed"));
                Page page = PAGES.page()) {
            page.navigate(prefixed.url());
            assertThat(page.locator(".first-run")).containsText("gradwatch run --collector " + prefixed.reporters());
            assertThat(page.locator(".connection")).containsText("live");
            page.locator("nav a", new Page.LocatorOptions().setHasText("Alerts"))
                    .click();
            assertThat(page.locator(".empty")).isVisible();
        }
    }

    @Test
    void alert_isAcknowledged_andACollectorThatComesBackIsCaughtUpWith() throws Exception {
        Path restarted = folder.resolve("restarted");
        Page page = PAGES.page();
        try (Collecting first = Collecting.in(restarted);
                Launched job =
                        first.train(restarted.resolve("job.log"), "died", "deep_supervision", "default", STEPS)) {
            job.await();
            page.navigate(first.url() + "#/alerts");
            assertThat(page.locator(".alert")).hasCount(1, new HasCountOptions().setTimeout(60_000));
            page.locator(".alert button").first().click();
            assertThat(page.locator(".tabs a", new Page.LocatorOptions().setHasText("acknowledged")))
                    .containsText("1");
            first.process().stop();
            first.process().await();
            assertThat(page.locator(".connection")).hasText("connection lost", new HasTextOptions().setTimeout(30_000));
            try (Collecting second = Collecting.again(restarted.resolve("again.log"), first)) {
                assertThat(page.locator(".connection")).hasText("live", new HasTextOptions().setTimeout(30_000));
                page.locator(".tabs a", new Page.LocatorOptions().setHasText("acknowledged"))
                        .click();
                assertThat(page.locator(".alert")).hasCount(1);
                // Else the browser would tell of the second one's end whenever it comes to it.
                page.close();
            }
            // The browser says of each try that nobody listened.
            PAGES.complaints().removeIf(text -> text.contains("ERR_") || text.contains("Failed to load resource"));
        }
    }
}
