package dev.gradwatch.collector.sink.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.RankLeft;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private final QueueBudget budget = new QueueBudget(Long.MAX_VALUE);
    private final Outbox outbox = new Outbox(budget);

    @Test
    void sample_isSaidWhenNothingElseWaitsAndTheLatestAlone() {
        outbox.offer(GpuSamples.of(0, 1));
        outbox.offer(left(0));
        outbox.offer(GpuSamples.of(0, 2));
        outbox.offer(left(1));

        assertThat(outbox.poll()).isEqualTo(left(0));
        assertThat(outbox.poll()).isEqualTo(left(1));
        assertThat(outbox.isEmpty()).isFalse();
        assertThat(outbox.poll()).isEqualTo(GpuSamples.of(0, 2));
        assertThat(outbox.poll()).isNull();
        assertThat(outbox.isEmpty()).isTrue();
    }

    @Test
    void sample_leavesNothingElseOut() {
        for (int i = 0; i < Outbox.MAX_WAITING; i++) {
            outbox.offer(left(i));
            outbox.offer(GpuSamples.of(0, i % 100));
        }
        assertThat(budget.heldBytes()).isEqualTo(Outbox.MAX_WAITING * Sizes.of(left(0)));
        for (int i = 0; i < Outbox.MAX_WAITING; i++) {
            assertThat(outbox.poll()).isEqualTo(left(i));
        }
        assertThat(outbox.needsPicture()).isFalse();
        assertThat(budget.heldBytes()).isZero();
    }

    @Test
    void sample_isKeptWhereOthersAreLeftOut() {
        for (int i = 0; i <= Outbox.MAX_WAITING; i++) {
            outbox.offer(left(i));
        }
        outbox.offer(GpuSamples.of(0, 3));
        for (int i = 0; i < Outbox.MAX_WAITING; i++) {
            assertThat(outbox.poll()).isInstanceOf(RankLeft.class);
        }

        assertThat(outbox.poll()).isEqualTo(GpuSamples.of(0, 3));
        assertThat(outbox.needsPicture()).isTrue();
    }

    @Test
    void sample_ofBeforeTheConnectionWasLostIsForgotten() {
        outbox.offer(GpuSamples.of(0, 1));
        outbox.drop();
        assertThat(outbox.poll()).isNull();

        outbox.offer(GpuSamples.of(0, 2));
        assertThat(outbox.poll()).isEqualTo(GpuSamples.of(0, 2));
        assertThat(outbox.needsPicture()).isTrue();
        outbox.close();
        assertThat(outbox.offer(GpuSamples.of(0, 3))).isFalse();
        assertThat(outbox.poll()).isNull();
    }

    private static Observation left(int micros) {
        return new RankLeft("job", micros, 0, true, "exit");
    }
}
