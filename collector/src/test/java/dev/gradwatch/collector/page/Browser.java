package dev.gradwatch.collector.page;

import static org.junit.jupiter.api.Assumptions.abort;

import com.microsoft.playwright.Browser.StartTracingOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A real Chromium. Whoever starts one closes it. */
public final class Browser implements AutoCloseable {
    private final Playwright playwright;
    private final com.microsoft.playwright.Browser chromium;

    private Browser(Playwright playwright, com.microsoft.playwright.Browser chromium) {
        this.playwright = playwright;
        this.chromium = chromium;
    }

    /** The one that GRADWATCH_CHROMIUM names; the test is aborted where it names none. */
    public static Browser start() {
        String path = System.getenv("GRADWATCH_CHROMIUM");
        if (path == null) {
            return abort("GRADWATCH_CHROMIUM is not set (expected: the path of Chromium)");
        }
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        return new Browser(
                playwright,
                playwright
                        .chromium()
                        .launch(new LaunchOptions()
                                .setExecutablePath(Path.of(path))
                                .setArgs(List.of(
                                        "--no-sandbox",
                                        "--disable-gpu",
                                        "--disable-quic",
                                        "--no-first-run",
                                        "--disable-background-networking",
                                        "--disable-component-update",
                                        "--disable-sync"))));
    }

    public BrowserContext context(com.microsoft.playwright.Browser.NewContextOptions options) {
        return chromium.newContext(options);
    }

    /** What Chromium itself says of a page, by the names of its categories, until {@link #stopTracing}. One at a time. */
    public void startTracing(Page page, List<String> categories) {
        chromium.startTracing(page, new StartTracingOptions().setCategories(categories));
    }

    /** The trace as JSON. */
    public byte[] stopTracing() {
        return chromium.stopTracing();
    }

    @Override
    public void close() {
        chromium.close();
        playwright.close();
    }
}
