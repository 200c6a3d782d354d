package dev.gradwatch.collector.analysis.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuPast;
import dev.gradwatch.collector.model.GpuSample;
import dev.gradwatch.collector.model.GpuThresholds;
import java.util.List;
import org.junit.jupiter.api.Test;

class GpuHistoryTest {
    private static final long START = 1_790_000_000_000_000L;

    private final GpuHistory history = new GpuHistory(GpuThresholds.DEFAULTS);
    private int second;
    private long passes;

    private void train(int seconds, int percent) {
        train(seconds, percent, 1, 0);
    }

    /** A pass every so many seconds. */
    private void train(int seconds, int percent, int every, long stepNanos) {
        for (int i = 1; i <= seconds; i++) {
            passes += i % every == 0 ? 1 : 0;
            history.add(START + ++second * 1_000_000L, sample(percent, 10), passes, stepNanos);
        }
    }

    private void pause(int seconds, int percent) {
        for (int i = 0; i < seconds; i++) {
            history.add(START + ++second * 1_000_000L, sample(percent, 10), passes, 0);
        }
    }

    private static GpuSample sample(Integer percent, long bytes) {
        return new GpuSample(
                "a",
                "GPU-1",
                0,
                "H100",
                Gpu.State.OK,
                100L,
                bytes,
                bytes,
                null,
                percent,
                null,
                null,
                null,
                null,
                null,
                null,
                false,
                List.of());
    }

    @Test
    void startUp_isLeftOut() {
        pause(30, 0);
        train(60, 0);
        assertThat(history.fine().size()).isZero();
        train(30, 80);
        assertThat(history.fine().size()).isBetween(4, 6);
        assertThat(history.fine().value(history.fine().size() - 1, GpuHistory.PERCENT))
                .isEqualTo(80);
    }

    @Test
    void evaluation_isLeftOut() {
        train(120, 80);
        int before = history.fine().size();
        pause(120, 0);
        assertThat(history.fine().size()).isEqualTo(before);
        train(60, 80);
        assertThat(history.fine().size()).isGreaterThan(before + 8);
        for (int row = 0; row < history.fine().size(); row++) {
            assertThat(history.fine().value(row, GpuHistory.PERCENT)).isEqualTo(80);
        }
    }

    @Test
    void shortPauses_areTraining() {
        train(120, 80);
        int before = history.fine().size();
        pause(12, 0);
        train(10, 80);
        assertThat(history.fine().size()).isGreaterThan(before + 2);
    }

    @Test
    void slowSteps_areTraining_asLongAsTheyAre() {
        train(600, 50, 60, 60_000_000_000L);
        assertThat(history.fine().size()).isBetween(70, 108);
    }

    @Test
    void hang_addsNothing() {
        train(120, 80);
        int before = history.fine().size();
        pause(3_600, 0);
        assertThat(history.fine().size()).isEqualTo(before);
        assertThat(history.past().pending().micros()).isEmpty();
    }

    @Test
    void unknown_isNaN() {
        train(61, 80);
        for (int i = 0; i < 20; i++) {
            history.add(START + ++second * 1_000_000L, sample(null, 10), ++passes, 0);
        }
        assertThat(history.fine().value(history.fine().size() - 1, GpuHistory.PERCENT))
                .isNaN();
        assertThat(history.fine().value(history.fine().size() - 1, GpuHistory.WATTS))
                .isNaN();
    }

    @Test
    void day_isBounded() {
        train(90_000, 80);
        assertThat(history.fine().size()).isEqualTo(96);
        assertThat(history.coarse().size()).isEqualTo(288);
        assertThat(history.bytes()).isLessThan(20_000);
        assertThat(history.coarse().value(100, GpuHistory.BUCKETS)).isEqualTo(60);
        assertThat(history.coarse().value(100, GpuHistory.OWN_MIN)).isEqualTo(10);
        assertThat(history.coarse().value(100, GpuHistory.USED_MEAN)).isEqualTo(10);
    }

    @Test
    void repeat_isNone() {
        train(10, 80);
        assertThat(history.add(START + second * 1_000_000L, sample(1, 1), passes, 0))
                .isFalse();
        assertThat(history.add(START + (second - 5) * 1_000_000L, sample(1, 1), passes, 0))
                .isFalse();
        assertThat(history.add(START + (second + 1) * 1_000_000L, sample(1, 1), passes, 0))
                .isTrue();
    }

    @Test
    void clockSetBack_beginsAnew() {
        train(300, 80);
        second = -1_000;
        train(10, 80);
        assertThat(history.fine().size()).isZero();
        assertThat(history.firstMicros()).isEqualTo(START - 999_000_000L);
        train(200, 80);
        assertThat(history.fine().size()).isPositive();
    }

    @Test
    void past_bringsItBack() {
        train(777, 80);
        pause(3, 10);
        GpuHistory again = new GpuHistory(GpuThresholds.DEFAULTS);
        again.resume(START + second * 1_000_000L, sample(80, 10), history.past());
        assertThat(again.past())
                .usingRecursiveComparison()
                .ignoringFields("pending", "fine", "coarse")
                .isEqualTo(history.past());
        assertThat(again.past().pending().values())
                .isEqualTo(history.past().pending().values());
        assertThat(again.past().fine().values()).isEqualTo(history.past().fine().values());
        assertThat(again.past().coarse().values())
                .isEqualTo(history.past().coarse().values());
        assertThat(again.past().fine().micros()).isEqualTo(history.past().fine().micros());
        assertThat(again.add(START + second * 1_000_000L, sample(1, 1), passes, 0))
                .isFalse();
    }

    @Test
    void pastOfOtherShape_isRefused() {
        GpuPast.Rows rows = new GpuPast.Rows(new long[] {1}, new float[] {1});
        GpuRows three = new GpuRows(4, 3);
        assertThatThrownBy(() -> three.addAll(rows))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("values: 1 (expected: 3 for each of 1 rows)");
    }
}
