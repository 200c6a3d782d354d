package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.Language;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.sink.http.Directory.Channel;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ChannelMetersTest {
    private static final String CONTENT = "text/plain; version=0.0.4; charset=utf-8";
    private static final long NOW = 1_790_000_000_000_000L;

    private final AtomicReference<List<Channel>> channels = new AtomicReference<>(List.of());
    private final ScrapedRegistry registry = new ScrapedRegistry();

    ChannelMetersTest() {
        registry.beforeScrape(new ChannelMeters(registry, channels::get, () -> NOW)::refresh);
    }

    @Test
    void channels_haveTheirFigures_asTheyAreWhenSomebodyAsks() {
        channels.set(List.of(channel("team", 3, 0, null), channel("night", 0, 2, NOW - 2_500_000)));
        assertThat(registry.scrape(CONTENT).lines())
                .contains(
                        "gradwatch_webhook_sent_total{channel=\"team\",kind=\"slack\"} 3.0",
                        "gradwatch_webhook_failed_total{channel=\"team\",kind=\"slack\"} 0.0",
                        "gradwatch_webhook_behind_seconds{channel=\"team\",kind=\"slack\"} 0.0",
                        "gradwatch_webhook_failed_total{channel=\"night\",kind=\"slack\"} 2.0",
                        "gradwatch_webhook_retries_total{channel=\"night\",kind=\"slack\"} 9.0",
                        "gradwatch_webhook_behind_seconds{channel=\"night\",kind=\"slack\"} 2.5");

        channels.set(List.of(channel("team", 4, 1, null)));
        assertThat(registry.scrape(CONTENT))
                .contains("gradwatch_webhook_sent_total{channel=\"team\",kind=\"slack\"} 4.0\n")
                .contains("gradwatch_webhook_failed_total{channel=\"team\",kind=\"slack\"} 1.0\n")
                .doesNotContain("night");

        channels.set(List.of(channel("night", 7, 0, null)));
        assertThat(registry.scrape(CONTENT))
                .contains("gradwatch_webhook_sent_total{channel=\"night\",kind=\"slack\"} 7.0\n")
                .doesNotContain("team");
    }

    private static Channel channel(String name, long sent, long failed, Long since) {
        return new Channel(
                name,
                "slack",
                "https://hooks.slack.com/…",
                Language.EN,
                Severity.INFO,
                sent,
                failed,
                failed == 0 ? "" : "no_team",
                9,
                since == null ? 0 : 1,
                since,
                null);
    }
}
