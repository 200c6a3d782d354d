package dev.gradwatch.collector.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.gradwatch.collector.jobs.Launched;
import dev.gradwatch.collector.source.gpu.NvmlStandIn;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page's GPUs in a real Chromium: a driver that a script stands in for, and a real two-rank job that runs on its GPUs. */
class GpuPageIT {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String JOB = "on-gpus";
    private static final int NARROW = 360;

    @TempDir
    static Path folder;

    @RegisterExtension
    static final Pages PAGES = new Pages();

    private static Collecting collector;
    private static Launched job;
    private static String here;
    private static String without;

    @BeforeAll
    static void start() throws Exception {
        NvmlStandIn driver = NvmlStandIn.in(folder);
        driver.says(script(-1, -1));
        collector =
                Collecting.in(folder.resolve("here"), "--nvml", driver.file().toString());
        here = collector.url();
        without = PAGES.collector().url();
        job = collector.train(folder.resolve("job.log"), JOB, "deep_supervision", "find", 1_000_000);
        await().atMost(PATIENCE)
                .until(() -> collector
                                .get("api/jobs/" + JOB + "/report")
                                .path("ranks")
                                .size()
                        == 2);
        JsonNode ranks = collector.get("api/jobs/" + JOB + "/report").path("ranks");
        driver.says(script(
                ranks.path(0).path("pid").asLong(), ranks.path(1).path("pid").asLong()));
        await().atMost(PATIENCE)
                .until(() -> collector
                                .get("api/jobs/" + JOB + "/steps?series=gpu_percent")
                                .path("series")
                                .size()
                        == 3);
    }

    /** Two GPUs with a rank each, and one that is lost. */
    private static List<String> script(long first, long second) {
        List<String> lines = new ArrayList<>(List.of(
                "driver 550.54.15",
                "device 0 GPU-0 00000000:3B:00.0 NVIDIA H100 80GB HBM3",
                "memory 0 85899345920 600000000 72589934592",
                "util 0 93 40",
                "temp 0 61",
                "power 0 402000",
                "limit 0 700000",
                "device 1 GPU-1 00000000:5E:00.0 NVIDIA H100 80GB HBM3",
                "memory 1 85899345920 600000000 33530636800",
                "util 1 12 4",
                "temp 1 44",
                "power 1 120000",
                "device 2 GPU-2 00000000:6E:00.0 NVIDIA H100 80GB HBM3",
                "fail * 2 15"));
        if (first > 0) {
            lines.add("process 0 " + first + " 66000000000 compute");
            lines.add("process 1 " + second + " 29000000000 compute");
        }
        return lines;
    }

    @AfterAll
    static void stop() throws IOException {
        if (job != null) {
            job.close();
        }
        if (collector != null) {
            collector.close();
        }
    }

    private Page page(String url, ColorScheme theme, int width) {
        Page page = PAGES.page(Pages.wide().setViewportSize(width, 900).setColorScheme(theme));
        page.navigate(url);
        return page;
    }

    private Page page(String url) {
        return page(url, ColorScheme.LIGHT, 1440);
    }

    @Test
    void gpus_sayWhoseTheirMemoryIs() {
        Page page = page(here + "#/gpus");
        Locator cards = page.locator(".gpu");
        assertThat(cards).hasCount(3);
        assertThat(cards.nth(0)).containsText("93 %");
        assertThat(cards.nth(0)).containsText("402 W of 700 W");
        assertThat(cards.nth(0).locator("a")).hasText("rank 0 of " + JOB);
        assertThat(cards.nth(0)).containsText("61.5 GiB");
        assertThat(cards.nth(1).locator("a")).hasText("rank 1 of " + JOB);
        assertThat(cards.nth(1).locator(".memory .bar"))
                .hasAttribute(
                        "aria-label",
                        Pattern.compile(
                                "Memory 31.2 GiB of 80.0 GiB: rank 1 of on-gpus 27.0 GiB, .*marked: full from 95 % on"));
        assertThat(cards.nth(2)).containsText("Lost: it fell off the bus or needs a reset.");
    }

    @Test
    void history_isDrawnWithTheThresholds_ofAChosenTimeAndRank() {
        Page page = page(here + "#/gpus");
        Locator history = page.locator(".history");
        assertThat(history.locator("canvas")).isVisible();
        assertThat(history).containsText("idle under 30 %");
        assertThat(history).containsText("saturated over 95 %");
        assertThat(history).containsText("full from 76.0 GiB on");
        assertThat(history.locator(".legend li")).hasCount(2);
        history.locator("label", new Locator.LocatorOptions().setHasText("Rank"))
                .locator("select")
                .selectOption("1");
        assertThat(history.locator(".legend li")).hasCount(1);
        history.locator("label", new Locator.LocatorOptions().setHasText("Time"))
                .locator("select")
                .selectOption("10m");
        assertThat(page.url()).contains("rank=1").contains("time=10m");
        assertThat(history.locator("canvas")).isVisible();
        history.locator("summary").click();
        assertThat(history.locator("tbody tr").first()).containsText("12 %");
    }

    @Test
    void jobs_showWhatTheirGpusDo() {
        Page page = page(here);
        assertThat(page.locator(".jobs .spark")).containsText("53 %");
        assertThat(page.locator(".jobs .spark svg"))
                .hasAttribute("aria-label", Pattern.compile("GPU utilisation, .* now 53 %"));
    }

    @Test
    void job_drawsItsGpus_andWhereFindingsBegan() {
        Page page = page(here + "#/jobs/" + JOB);
        Locator series = page.locator(".series");
        assertThat(series.locator("canvas")).isVisible();
        series.locator("summary").click();
        assertThat(series.locator("tbody")).containsText("GPU utilisation");
        Locator mark = series.locator(".moments a").first();
        mark.focus();
        assertThat(series.locator(".told")).containsText("seg_layers.0 is computed and returned");
    }

    @Test
    void machineWithoutGpus_saysWhy() {
        Page page = page(without + "#/gpus");
        assertThat(page.locator(".no-gpu h2")).hasText("No GPU here.");
        assertThat(page.locator(".no-gpu")).containsText("There is no NVML library");
        assertThat(page.locator(".history")).hasCount(0);
        page.locator("button[lang=zh]").click();
        assertThat(page.locator(".no-gpu h2")).hasText("这里没有 GPU。");
    }

    @ParameterizedTest
    @EnumSource(names = {"LIGHT", "DARK"})
    void gpus_areAccessible(ColorScheme theme) {
        for (String url : List.of(here + "#/gpus", without + "#/gpus", here, here + "#/jobs/" + JOB)) {
            Page page = page(url, theme, 1440);
            assertThat(page.locator(".no-gpu, .history canvas, .jobs .spark, .series canvas"))
                    .hasCount(1);
            assertThat(new AxeBuilder(page).analyze().getViolations())
                    .as(url + " " + theme)
                    .extracting(
                            rule -> rule.getId() + " " + rule.getNodes().get(0).getHtml())
                    .isEmpty();
        }
    }

    @Test
    void gpus_fitAPhone() {
        for (String url : List.of(here + "#/gpus", without + "#/gpus", here, here + "#/jobs/" + JOB)) {
            Page page = page(url, ColorScheme.LIGHT, NARROW);
            assertThat(page.locator(".no-gpu, .history canvas, .jobs .spark, .series canvas"))
                    .hasCount(1);
            assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
                    .as(url)
                    .isLessThanOrEqualTo(NARROW);
        }
    }
}
