package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.sink.webhook.Webhook;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Reads a file's webhooks again each second, with the files that they name, and hands on what changed. A change counts once two looks saw the same: an
 * editor may be in the middle of writing. What cannot be used is said once, and what was read before stays. Whoever starts one closes it.
 */
final class WebhookWatch implements AutoCloseable {
    private static final long LOOK_MILLIS = 1_000;

    private final Path file;
    private final Map<String, String> environment;
    private final Consumer<List<Webhook>> changed;
    private final Consumer<String> say;
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(WebhookWatch::daemon);
    private Look taken;
    private Look last;

    /** What a look found: webhooks, or why there are none to be had. */
    private record Look(List<Webhook> webhooks, String problem) {}

    /**
     * @param now what was read at the start
     * @param changed is given all that are to be, on the watch's thread
     * @param say is told what a person should know, in one line
     */
    WebhookWatch(
            Path file,
            Map<String, String> environment,
            List<Webhook> now,
            Consumer<List<Webhook>> changed,
            Consumer<String> say) {
        this.file = file;
        this.environment = environment;
        this.changed = changed;
        this.say = say;
        taken = new Look(now, "");
        last = taken;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "gradwatch-webhooks");
        thread.setDaemon(true);
        return thread;
    }

    void start() {
        // It catches what a look may throw, so nobody has to wait for the future.
        ScheduledFuture<?> unused =
                ticker.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    void look() {
        Look now = now();
        boolean settled = now.equals(last);
        last = now;
        if (!settled || now.equals(taken)) {
            return;
        }
        taken = now;
        if (!now.problem().isEmpty()) {
            say.accept(now.problem() + "; webhooks stay as they were");
            return;
        }
        changed.accept(now.webhooks());
        say.accept("webhooks: " + named(now.webhooks()));
    }

    private Look now() {
        try {
            return new Look(WebhookFile.read(file, environment), "");
        } catch (IOException | RuntimeException e) {
            return new Look(List.of(), String.valueOf(e.getMessage()));
        }
    }

    /** As they are said at the start too. */
    static String named(List<Webhook> webhooks) {
        return webhooks.isEmpty()
                ? "none"
                : webhooks.stream().map(Webhook::toString).collect(Collectors.joining(", "));
    }

    @Override
    public void close() {
        ticker.shutdownNow();
    }
}
