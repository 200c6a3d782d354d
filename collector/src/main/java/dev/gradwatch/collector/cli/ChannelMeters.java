package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.sink.http.Directory.Channel;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Chat channels under Prometheus' names. They follow what is configured when {@link #refresh} is called. Thread-safe. */
final class ChannelMeters {
    private final MeterRegistry registry;
    private final Supplier<List<Channel>> channels;
    private final LongSupplier nowMicros;
    private final Map<Tags, Shown> shown = new HashMap<>();

    /** A channel's meters, which read what it was at the last refresh. */
    private static final class Shown {
        private volatile Channel channel;
        private List<Meter> meters = List.of();

        Shown(Channel channel) {
            this.channel = channel;
        }
    }

    ChannelMeters(MeterRegistry registry, Supplier<List<Channel>> channels, LongSupplier nowMicros) {
        this.registry = registry;
        this.channels = channels;
        this.nowMicros = nowMicros;
    }

    synchronized void refresh() {
        Set<Tags> here = new HashSet<>();
        for (Channel channel : channels.get()) {
            Tags tags = Tags.of("channel", channel.name(), "kind", channel.kind());
            here.add(tags);
            Shown known = shown.get(tags);
            if (known == null) {
                Shown fresh = new Shown(channel);
                fresh.meters = meters(tags, fresh);
                shown.put(tags, fresh);
            } else {
                known.channel = channel;
            }
        }
        shown.entrySet().removeIf(entry -> {
            boolean gone = !here.contains(entry.getKey());
            if (gone) {
                entry.getValue().meters.forEach(registry::remove);
            }
            return gone;
        });
    }

    private List<Meter> meters(Tags tags, Shown of) {
        return List.of(
                counter("gradwatch.webhook.sent", "Messages that the server took", tags, of, Channel::sent),
                counter("gradwatch.webhook.failed", "Alerts that were given up", tags, of, Channel::failed),
                counter("gradwatch.webhook.retries", "Attempts that failed", tags, of, Channel::retries),
                Gauge.builder("gradwatch.webhook.behind", of, shown -> behindSeconds(shown.channel))
                        .baseUnit("seconds")
                        .tags(tags)
                        .description("How long the oldest alert that was not told yet has waited")
                        .register(registry));
    }

    private Meter counter(String name, String description, Tags tags, Shown of, ToDoubleFunction<Channel> value) {
        return FunctionCounter.builder(name, of, shown -> value.applyAsDouble(shown.channel))
                .tags(tags)
                .description(description)
                .register(registry);
    }

    private double behindSeconds(Channel channel) {
        Long since = channel.pendingSinceMicros();
        return since == null ? 0 : Math.max(0, nowMicros.getAsLong() - since) / (double) TimeUnit.SECONDS.toMicros(1);
    }
}
