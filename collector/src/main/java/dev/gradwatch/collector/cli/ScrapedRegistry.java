package dev.gradwatch.collector.cli;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Meters of which some are looked up only when somebody asks for them. */
final class ScrapedRegistry extends PrometheusMeterRegistry {
    private final List<Runnable> before = new CopyOnWriteArrayList<>();

    ScrapedRegistry() {
        super(PrometheusConfig.DEFAULT);
    }

    /** Runs a task at the beginning of each scrape, on the thread that scrapes. */
    void beforeScrape(Runnable task) {
        before.add(task);
    }

    @Override
    public String scrape(String contentType) {
        before.forEach(Runnable::run);
        return super.scrape(contentType);
    }
}
