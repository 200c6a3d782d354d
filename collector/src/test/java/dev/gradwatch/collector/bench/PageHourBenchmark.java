package dev.gradwatch.collector.bench;

import com.google.gson.JsonObject;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import dev.gradwatch.collector.page.Browser;
import dev.gradwatch.collector.page.Collecting;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What an open page keeps: in a real Chromium, somebody goes through all views of a job of 10,000 parameters on 64 ranks that trains on, and once a minute
 * what the page holds after its garbage is collected is printed, always at the same view. How many minutes says GRADWATCH_MINUTES, else five.
 */
public final class PageHourBenchmark {
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int USUAL_MINUTES = 5;
    private static final long LOOKED_AT_MILLIS = 3000;
    private static final String HOME = "#/jobs/" + LiveJob.ID;

    /** Each a view as its address, and what is there once it is. */
    private static final List<List<String>> VIEWS = List.of(
            List.of("#/jobs", ".jobs tbody tr"),
            List.of(HOME, ".map-row"),
            List.of(HOME + "?filter=attn.qkv", ".map-row"),
            List.of(HOME + "?mark=never", ".map-row"),
            List.of(HOME + "?map=steps", ".map-row"),
            List.of(HOME + "?map=steps&rank=3", ".map-row"),
            List.of("#/alerts", "gw-alerts h1"),
            List.of("#/gpus", "gw-gpus h1"),
            List.of(HOME + "?lang=zh", ".map-row"),
            List.of(HOME + "?lang=en", ".map-row"));

    /** Playwright's own waiting would keep a handle on what it found; this leaves nothing. */
    private static final String SEEN =
            "selector => new Promise(seen => { const look = () => document.querySelector(selector) ? seen(true) : requestAnimationFrame(look); look(); })";

    /** What a person does at the map, where there is one. */
    private static final String TRIED = """
            async () => {
              const all = [...document.querySelectorAll('.map .panel-head button')];
              const view = document.querySelector('.map-view');
              if (!view) return;
              all[0].click();
              for (let i = 0; i < 30; i++) {
                view.scrollTop += 200;
                await new Promise(requestAnimationFrame);
              }
              document.querySelector('.map-row:nth-child(20)')?.click();
              await new Promise(requestAnimationFrame);
              all[1].click();
              document.querySelector('.parameter .close')?.click();
            }""";

    private PageHourBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        String minutes = System.getenv("GRADWATCH_MINUTES");
        try (Browser browser = Browser.start();
                Collecting collector = Collecting.alone();
                LiveJob job = LiveJob.at(collector);
                BrowserContext context = browser.context(new com.microsoft.playwright.Browser.NewContextOptions()
                        .setViewportSize(1440, 900)
                        .setLocale("en-US"))) {
            job.train();
            session(context, collector.url(), minutes == null ? USUAL_MINUTES : Integer.parseInt(minutes));
        }
    }

    private static void session(BrowserContext context, String url, int minutes) throws InterruptedException {
        Page page = context.newPage();
        page.navigate(url);
        CDPSession devtools = context.newCDPSession(page);
        devtools.send("HeapProfiler.enable");
        List<Held> all = new ArrayList<>();
        long views = 0;
        for (long next = System.nanoTime(); all.size() <= minutes; views++) {
            List<String> view = VIEWS.get((int) (views % VIEWS.size()));
            go(page, view.get(0), view.get(1));
            page.evaluate(TRIED);
            TimeUnit.MILLISECONDS.sleep(LOOKED_AT_MILLIS);
            if (System.nanoTime() >= next) {
                go(page, "#/jobs", ".jobs tbody tr");
                go(page, HOME, ".map-row");
                TimeUnit.MILLISECONDS.sleep(LOOKED_AT_MILLIS);
                Held held = Held.of(devtools);
                System.out.printf("minute %3d, %5d views: %s%n", all.size(), views + 1, held);
                all.add(held);
                next += MINUTE_NANOS;
            }
        }
        // What comes once, such as code and caches, has come by the second minute.
        Held first = all.get(Math.min(2, all.size() - 1));
        Held last = all.get(all.size() - 1);
        System.out.printf(
                Locale.ROOT,
                "from minute 2 to %d: heap %+,d kB, %+d nodes, %+d listeners%n",
                minutes,
                (last.heapBytes() - first.heapBytes()) / 1000,
                last.nodes() - first.nodes(),
                last.listeners() - first.listeners());
    }

    private static void go(Page page, String address, String selector) {
        page.evaluate("address => { location.hash = address; }", address);
        page.evaluate(SEEN, selector);
    }

    /** What a page holds after its garbage is collected. */
    private record Held(long heapBytes, int nodes, int listeners, int documents) {
        static Held of(CDPSession devtools) {
            devtools.send("HeapProfiler.collectGarbage");
            JsonObject counts = devtools.send("Memory.getDOMCounters");
            return new Held(
                    devtools.send("Runtime.getHeapUsage").get("usedSize").getAsLong(),
                    counts.get("nodes").getAsInt(),
                    counts.get("jsEventListeners").getAsInt(),
                    counts.get("documents").getAsInt());
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "heap %,d kB, %d nodes, %d listeners, %d documents",
                    heapBytes / 1000,
                    nodes,
                    listeners,
                    documents);
        }
    }
}
