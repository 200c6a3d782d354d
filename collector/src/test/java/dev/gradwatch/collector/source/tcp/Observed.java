package dev.gradwatch.collector.source.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.ObservationSink;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A sink that keeps what it is handed, for a test to take. */
final class Observed implements ObservationSink {
    private final BlockingQueue<Observation> observations = new LinkedBlockingQueue<>();

    @Override
    public void accept(Observation observation) {
        observations.add(observation);
    }

    /** The next observation, which must be of this type and come within ten seconds. */
    <T extends Observation> T next(Class<T> type) throws InterruptedException {
        Observation observation = observations.poll(10, TimeUnit.SECONDS);
        assertThat(observation).isInstanceOf(type);
        return type.cast(observation);
    }

    boolean isEmpty() {
        return observations.isEmpty();
    }
}
