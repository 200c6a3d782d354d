package dev.gradwatch.collector.bench;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.gradwatch.collector.page.Browser;
import dev.gradwatch.collector.page.Collecting;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What the page costs the browser's main thread at a job of 10,000 parameters on 64 ranks: its first load, and while the job's updates come. Work is
 * told in the thread's own time, which other work on the machine does not lengthen; frames are told by the clock.
 */
public final class PageBenchmark {
    private static final int LOADS = 5;
    private static final int ASKED = 15;
    private static final long UPDATES_MILLIS = 30_000;
    private static final long SETTLED_MILLIS = 3_000;
    private static final String SEEN =
            "selector => new Promise(seen => { const look = () => document.querySelector(selector) ? seen(performance.now()) : requestAnimationFrame(look); look(); })";

    /** Collects the times between frames until it is asked for them. */
    private static final String WATCH =
            "() => { const all = window.frameTimes = []; let before = performance.now(); const frame = now => { all.push(now - before); before = now; requestAnimationFrame(frame); }; requestAnimationFrame(frame); }";

    private PageBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        try (Browser browser = Browser.start();
                Collecting collector = Collecting.alone();
                LiveJob job = LiveJob.at(collector)) {
            String page = collector.url() + "#/jobs/" + LiveJob.ID;
            answers("the marks of a job that waits", collector);
            for (int i = 0; i < LOADS; i++) {
                load(browser, page);
            }
            job.train();
            answers("the marks of a job that trains", collector);
            updates(browser, page);
        }
    }

    private static void load(Browser browser, String url) throws IOException, InterruptedException {
        try (BrowserContext context = context(browser)) {
            Page page = context.newPage();
            browser.startTracing(page, MainThread.CATEGORIES);
            page.navigate(url);
            Number seen = (Number) page.evaluate(SEEN, ".map-row");
            page.evaluate(SEEN, ".chart canvas");
            TimeUnit.MILLISECONDS.sleep(SETTLED_MILLIS);
            System.out.printf(
                    Locale.ROOT,
                    "first load: map after %d ms; %s%n",
                    seen.intValue(),
                    MainThread.of(browser.stopTracing()));
        }
    }

    private static void updates(Browser browser, String url) throws IOException, InterruptedException {
        try (BrowserContext context = context(browser)) {
            Page page = context.newPage();
            page.navigate(url);
            page.evaluate(SEEN, ".chart canvas");
            TimeUnit.MILLISECONDS.sleep(SETTLED_MILLIS);
            browser.startTracing(page, MainThread.CATEGORIES);
            page.evaluate(WATCH);
            TimeUnit.MILLISECONDS.sleep(UPDATES_MILLIS);
            List<?> frames = (List<?>) page.evaluate("window.frameTimes");
            double[] times = frames.stream()
                    .mapToDouble(time -> ((Number) time).doubleValue())
                    .sorted()
                    .toArray();
            System.out.printf(
                    Locale.ROOT,
                    "updates: %d frames, %d over 50 ms by the clock, most %.0f ms; %s%n",
                    times.length,
                    Arrays.stream(times)
                            .filter(time -> time > MainThread.LONG_MILLIS)
                            .count(),
                    times[times.length - 1],
                    MainThread.of(browser.stopTracing()));
        }
    }

    private static BrowserContext context(Browser browser) {
        return browser.context(new com.microsoft.playwright.Browser.NewContextOptions()
                .setViewportSize(1440, 900)
                .setLocale("en-US"));
    }

    /** As the page asks for them: packed, and by the ETag of what it has. */
    private static void answers(String what, Collecting collector) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        URI uri = URI.create(collector.url() + "api/jobs/" + LiveJob.ID + "/parameters?form=marks&limit=20000");
        double[] millis = new double[ASKED];
        String etag = "\"none\"";
        int bytes = 0;
        int same = 0;
        for (int i = 0; i < ASKED; i++) {
            long began = System.nanoTime();
            HttpResponse<byte[]> response = client.send(
                    HttpRequest.newBuilder(uri)
                            .header("Accept-Encoding", "gzip")
                            .header("If-None-Match", etag)
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            millis[i] = (System.nanoTime() - began) / 1e6;
            etag = response.headers().firstValue("ETag").orElseThrow();
            bytes = Math.max(bytes, response.body().length);
            same += response.statusCode() == 304 ? 1 : 0;
            TimeUnit.MILLISECONDS.sleep(200);
        }
        double first = millis[0];
        Arrays.sort(millis);
        System.out.printf(
                Locale.ROOT,
                "%s: %,d bytes, %d of %d unchanged; the first after %.0f ms, median %.1f ms, most %.0f ms%n",
                what,
                bytes,
                same,
                ASKED,
                first,
                millis[ASKED / 2],
                millis[ASKED - 1]);
    }
}
