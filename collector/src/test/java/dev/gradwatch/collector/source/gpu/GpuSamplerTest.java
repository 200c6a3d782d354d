package dev.gradwatch.collector.source.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.model.GpuDriver;
import dev.gradwatch.collector.model.GpuReading;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuSamplerTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** Time that passes by what is waited for, and by what readings take. */
    private static final class Jumping extends Pace {
        private final List<Long> turns = new ArrayList<>();
        private final CountDownLatch done = new CountDownLatch(1);
        private final int most;
        private long nanos = 7 * SECOND / 3;

        Jumping(int most) {
            super(Duration.ofSeconds(1));
            this.most = most;
        }

        @Override
        long nanos() {
            return nanos;
        }

        @Override
        void pause(long wait) throws InterruptedException {
            if (turns.size() >= most) {
                done.countDown();
                super.pause(TimeUnit.HOURS.toNanos(1));
                return;
            }
            nanos += wait;
        }

        /** A reading begins now and takes so long. */
        void take(long took) {
            turns.add(nanos - 7 * SECOND / 3);
            nanos += took;
        }

        void awaitAll() throws InterruptedException {
            assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void readings_areTakenAtAFixedRateAndNeverPiledUp() throws InterruptedException {
        Jumping pace = new Jumping(6);
        List<Long> took = List.of(SECOND / 2, SECOND / 10, 5 * SECOND / 2, 0L, SECOND, 0L);
        Supplier<GpuReading> reader = () -> {
            pace.take(took.get(pace.turns.size()));
            return reading();
        };
        try (GpuSampler sampler = new GpuSampler(reader, reading -> {}, pace)) {
            sampler.start();
            pace.awaitAll();
        }
        assertThat(pace.turns).containsExactly(0L, SECOND, 2 * SECOND, 5 * SECOND, 6 * SECOND, 8 * SECOND);
    }

    @Test
    void whatThrows_doesNotEndSampling() throws InterruptedException {
        Jumping pace = new Jumping(4);
        List<GpuReading> heard = new ArrayList<>();
        Supplier<GpuReading> reader = () -> {
            pace.take(0);
            if (pace.turns.size() == 1) {
                throw new UnsatisfiedLinkError("a defect");
            }
            return reading();
        };
        try (GpuSampler sampler = new GpuSampler(
                reader,
                reading -> {
                    heard.add(reading);
                    throw new IllegalStateException("a defect");
                },
                pace)) {
            sampler.start();
            pace.awaitAll();
        }
        assertThat(heard).hasSize(3);
    }

    @Test
    void samplerOfADriver_handsItsReadingsOver(@TempDir Path folder) throws IOException, InterruptedException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says(NvmlStandIn.gpus(2));
        BlockingQueue<GpuReading> heard = new LinkedBlockingQueue<>();
        try (GpuReader reader = GpuReader.open(standIn.file().toString(), "node-1", () -> 5);
                GpuSampler sampler = new GpuSampler(reader, Duration.ofMillis(1), heard::add)) {
            sampler.start();
            for (int i = 0; i < 3; i++) {
                GpuReading reading = heard.poll(60, TimeUnit.SECONDS);
                assertThat(reading).isNotNull();
                assertThat(reading.gpus()).hasSize(2);
            }
        }
    }

    @Test
    void sampler_startsOnceAndClosesTwice() {
        Jumping pace = new Jumping(0);
        GpuSampler sampler = new GpuSampler(GpuSamplerTest::reading, reading -> {}, pace);
        sampler.start();
        assertThatThrownBy(sampler::start).hasMessage("start: called before (expected: once)");
        sampler.close();
        sampler.close();
    }

    @Test
    void intervalThatIsNone_isRefused() {
        assertThatThrownBy(() -> new Pace(Duration.ZERO)).hasMessage("interval: PT0S (expected: more than 0)");
    }

    private static GpuReading reading() {
        return new GpuReading("node-1", 1, GpuDriver.OFF, List.of());
    }
}
