package dev.gradwatch.collector.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The page at full size, in a real Chromium beside a real collector. What is counted is asserted; how long frames take is printed only, since it is the
 * machine's business too.
 */
class PageSpeedIT {
    private static final int MOST_FIRST_BYTES = 150_000;
    private static final int MOST_ROWS = 60;
    private static final int EVENTS = 100;
    private static final int NAVIGATIONS = 200;
    private static final int WARM_UP = 10;
    private static final int PASSES = 40;
    private static final String LARGE = "large";
    private static final String SMALL = "small";

    /** Playwright's own waiting keeps a handle on what it found, and so all that hangs on it; this leaves nothing. */
    private static final String SEEN =
            "selector => new Promise(seen => { const look = () => document.querySelector(selector) ? seen(true) : requestAnimationFrame(look); look(); })";

    private static final String FRAMES = """
            async work => {
              const frames = [];
              let before = performance.now(), on = true;
              const frame = now => { frames.push(now - before); before = now; if (on) requestAnimationFrame(frame); };
              requestAnimationFrame(frame);
              await eval(work);
              on = false;
              frames.sort((a, b) => a - b);
              const of = share => Math.round(frames[Math.min(frames.length - 1, Math.floor(frames.length * share))]);
              return `${frames.length} frames, ms: median ${of(0.5)}, 95 % ${of(0.95)}, most ${of(1)}`;
            }""";

    private static final String SCROLLING = """
            (async () => {
              const view = document.querySelector('.map-view');
              for (let i = 0; i < 120; i++) {
                view.scrollTop += 120;
                await new Promise(requestAnimationFrame);
              }
            })()""";

    /** As if the collector told of the job ten times a second. */
    private static final String TELLING = """
            (async () => {
              const {live} = await import(new URL('core/live.js', document.baseURI).href);
              const job = await (await fetch('api/jobs/large')).json();
              for (let i = 0; i < %d; i++) {
                live.dispatchEvent(new CustomEvent('job', {detail: {...job, step: job.step + i}}));
                await new Promise(resume => setTimeout(resume, 100));
              }
            })()""".formatted(EVENTS);

    @RegisterExtension
    static final Pages PAGES = new Pages();

    private static String url;

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private Page page;

    @BeforeAll
    static void start() throws Exception {
        url = PAGES.collector().url();
        PAGES.ended(LARGE, LargeJob.PARAMETERS, LargeJob.RANKS, PASSES);
        PAGES.ended(SMALL, 100, 2, PASSES);
    }

    @BeforeEach
    void open() {
        page = PAGES.page();
        page.onRequest(request -> asked.add(request.url()));
    }

    private void go(String hash, String selector) {
        page.navigate(url + hash);
        page.evaluate(SEEN, selector);
    }

    @Test
    void firstView_isSmall_andBringsNoCharts() {
        go("", ".jobs tbody tr");
        int bytes = ((Number)
                        page.evaluate(
                                "performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource')).reduce((sum, entry) => sum + entry.transferSize, 0)"))
                .intValue();
        System.out.printf("first view: %,d bytes%n", bytes);
        assertThat(bytes).isPositive().isLessThan(MOST_FIRST_BYTES);
        assertThat(asked).noneMatch(file -> file.contains("echarts"));
    }

    @Test
    void map_hasOnlyTheRowsThatAreInView() {
        go("#/jobs/" + LARGE, ".map-row");
        page.evaluate(
                "[...document.querySelectorAll('.map .panel-head button')].find(b => b.textContent === 'Open all').click()");
        page.evaluate(SEEN, ".map-row:nth-child(30)");
        assertThat(((Number) page.evaluate("document.querySelector('.map-view').scrollHeight")).intValue())
                .isGreaterThan(LargeJob.PARAMETERS * 24);
        System.out.println("scrolling: " + page.evaluate(FRAMES, SCROLLING));
        assertThat(((Number) page.evaluate("document.querySelectorAll('.map-row').length")).intValue())
                .isBetween(10, MOST_ROWS);
    }

    /** A name takes what it takes; 64 marks a parameter beside it would be as much again. */
    @Test
    void map_isSentWithEachPatternOfMarksOnce() {
        go("#/jobs/" + LARGE, ".map-row");
        int bytes = ((Number)
                        page.evaluate(
                                "performance.getEntriesByType('resource').find(entry => entry.name.includes('form=marks')).decodedBodySize"))
                .intValue();
        System.out.printf("map: %,d bytes unpacked%n", bytes);
        assertThat(bytes).isBetween(30 * LargeJob.PARAMETERS, 95 * LargeJob.PARAMETERS);
    }

    @Test
    void updates_areAskedForSeldom_andTheSameAnswerMakesNoNewRows() {
        go("#/jobs/" + LARGE, ".map-row");
        page.evaluate(SEEN, ".chart canvas, .series .empty");
        page.evaluate("window.row = document.querySelector('.map-row')");
        asked.clear();
        long began = System.nanoTime();
        System.out.println("ten updates a second: " + page.evaluate(FRAMES, TELLING));
        long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds() + 1;
        assertThat(asked.stream().filter(file -> file.endsWith("/report")).count())
                .isBetween(1L, seconds / 2 + 2);
        assertThat(asked.stream().filter(file -> file.contains("/parameters")).count())
                .isBetween(1L, seconds / 3 + 2);
        assertThat(page.evaluate("window.row === document.querySelector('.map-row')"))
                .isEqualTo(true);
    }

    @Test
    void navigations_leaveNothingBehind() {
        go("#/jobs/" + SMALL, ".map-row");
        CDPSession devtools = page.context().newCDPSession(page);
        devtools.send("HeapProfiler.enable");
        navigate(WARM_UP);
        JsonObject before = counts(devtools);
        navigate(NAVIGATIONS);
        JsonObject after = counts(devtools);
        System.out.println(NAVIGATIONS + " navigations: " + before + " then " + after);
        assertThat(after.get("nodes").getAsInt() - before.get("nodes").getAsInt())
                .isLessThan(5 * NAVIGATIONS);
        assertThat(after.get("jsEventListeners").getAsInt()
                        - before.get("jsEventListeners").getAsInt())
                .isLessThan(NAVIGATIONS / 2);
    }

    private void navigate(int times) {
        for (int i = 0; i < times; i++) {
            page.evaluate("location.hash = '#/jobs'");
            page.evaluate(SEEN, ".jobs tbody tr");
            page.evaluate("location.hash = '#/jobs/" + SMALL + (i % 2 == 0 ? "" : "?map=steps&rank=1") + "'");
            page.evaluate(SEEN, ".map-row");
        }
    }

    private static JsonObject counts(CDPSession devtools) {
        devtools.send("HeapProfiler.collectGarbage");
        JsonObject counts = devtools.send("Memory.getDOMCounters");
        counts.add("heap", devtools.send("Runtime.getHeapUsage").get("usedSize"));
        return counts;
    }
}
