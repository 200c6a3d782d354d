package dev.gradwatch.collector.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * What the tests of the page stand on: one Chromium and one collector for all of a run, each started by the first that needs it; pages that are closed after
 * their test; and no test passes whose browser had something to complain of. A class's tests are aborted where there is no Chromium.
 */
final class Pages implements BeforeAllCallback, AfterEachCallback {
    private static final int ASSERTION_MILLIS = 20_000;

    private final List<BrowserContext> open = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private @Nullable Shared shared;

    @Override
    public void beforeAll(ExtensionContext context) {
        PlaywrightAssertions.setDefaultAssertionTimeout(ASSERTION_MILLIS);
        Shared ours = context.getRoot()
                .getStore(Namespace.create(Pages.class))
                .getOrComputeIfAbsent(Shared.class, key -> new Shared(), Shared.class);
        ours.browser();
        shared = ours;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        open.forEach(BrowserContext::close);
        open.clear();
        List<String> all = List.copyOf(complaints);
        complaints.clear();
        assertThat(all).as("what the browser's console said").isEmpty();
    }

    private Shared shared() {
        if (shared == null) {
            throw new IllegalStateException("pages: not begun (expected: a static field with @RegisterExtension)");
        }
        return shared;
    }

    /** A page of its own context: no cookies, no cache, nothing stored. */
    Page page(NewContextOptions options) {
        BrowserContext context = shared().browser().context(options);
        open.add(context);
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.onDialog(dialog -> complaints.add("dialog: " + dialog.message()));
        return page;
    }

    /** One as wide as a screen, in English. */
    Page page() {
        return page(wide());
    }

    static NewContextOptions wide() {
        return new NewContextOptions().setViewportSize(1440, 900).setLocale("en-US");
    }

    /** What the browser said so far in this test; who provoked some of it takes that away. */
    List<String> complaints() {
        return complaints;
    }

    /** That of all made-up jobs of a run, on a machine without GPUs. */
    Collecting collector() throws IOException {
        return shared().collector();
    }

    /** Has a made-up job report to {@link #collector}, and end; once in a run, whoever asks. */
    void ended(String job, int parameters, int ranks, int steps) throws IOException {
        shared().ended(job, parameters, ranks, steps);
    }

    /** Closed when all classes are through. */
    private static final class Shared implements AutoCloseable {
        private static final Duration PATIENCE = Duration.ofSeconds(120);

        private final Set<String> ended = new HashSet<>();
        private @Nullable Browser browser;
        private @Nullable Collecting collector;

        Browser browser() {
            if (browser == null) {
                browser = Browser.start();
            }
            return browser;
        }

        Collecting collector() throws IOException {
            if (collector == null) {
                collector = Collecting.alone("--nvml", "no-such-library.so");
            }
            return collector;
        }

        void ended(String id, int parameters, int ranks, int steps) throws IOException {
            Collecting at = collector();
            if (!ended.add(id)) {
                return;
            }
            try (LargeJob job = at.job(id, parameters, ranks)) {
                job.steps(steps);
                job.end();
                await().atMost(PATIENCE)
                        .until(() ->
                                at.get("api/jobs/" + id).path("state").asText().equals("finished"));
            }
        }

        @Override
        public void close() throws IOException {
            if (collector != null) {
                collector.close();
            }
            if (browser != null) {
                browser.close();
            }
        }
    }
}
