package dev.gradwatch.collector.source.log.follow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BellTest {
    private final Bell bell = new Bell();

    @Test
    void bell_wakesASleeper_andLeavesNoInterrupt() throws Exception {
        CountDownLatch asleep = new CountDownLatch(1);
        CompletableFuture<Boolean> interrupted = CompletableFuture.supplyAsync(() -> {
            bell.whileAsleep(() -> {
                asleep.countDown();
                TimeUnit.DAYS.sleep(1);
                return null;
            });
            return Thread.currentThread().isInterrupted();
        });
        asleep.await();
        bell.ring();
        assertThat(interrupted.get()).isFalse();
    }

    @Test
    void bellThatRangBefore_endsTheNextSleepOnly() {
        bell.ring();
        assertThat(bell.<String>whileAsleep(() -> "slept")).isNull();
        assertThat(bell.<String>whileAsleep(() -> "slept")).isEqualTo("slept");
    }

    @Test
    void bell_interruptsNobodyWhoIsAwake() {
        bell.<String>whileAsleep(() -> "slept");
        bell.ring();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void ringAtTheEndOfASleep_leavesNoInterrupt() {
        bell.<String>whileAsleep(() -> {
            bell.ring();
            return "slept";
        });
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(bell.<String>whileAsleep(() -> "slept")).isEqualTo("slept");
    }
}
