package dev.gradwatch.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutboxTest {
    private final Outbox outbox = new Outbox();

    @Test
    void frames_areTakenInOrderAndTogether() {
        outbox.add(new byte[] {1, 2});
        outbox.add(new byte[] {3});
        assertThat(outbox.take()).containsExactly(1, 2, 3);
        assertThat(outbox.take()).isEmpty();
    }

    @Test
    void largeFrame_isTakenAsItIs() {
        byte[] large = new byte[Bounds.SEND_BYTES];
        outbox.add(large);
        outbox.add(new byte[] {3});
        assertThat(outbox.take()).isSameAs(large);
        assertThat(outbox.take()).containsExactly(3);
    }

    @Test
    void lost_comesAfterWhatWaits() {
        outbox.add(new byte[] {1});
        outbox.lose(4);
        outbox.lose(4);
        outbox.lose(Sender.RANK);
        assertThat(outbox.takeLost()).isEmpty();
        outbox.take();
        assertThat(outbox.hasNothing()).isFalse();
        assertThat(outbox.takeLost()).containsExactlyInAnyOrder(4, Sender.RANK);
        assertThat(outbox.hasNothing()).isTrue();
    }

    @Test
    void room_endsAtEitherBound() {
        for (int i = 0; i < Bounds.MAX_QUEUED_FRAMES; i++) {
            assertThat(outbox.hasRoom(new byte[1])).isTrue();
            outbox.add(new byte[1]);
        }
        assertThat(outbox.hasRoom(new byte[1])).isFalse();
        outbox.clear();
        outbox.add(new byte[Bounds.MAX_QUEUED_BYTES]);
        assertThat(outbox.hasRoom(new byte[1])).isFalse();
        outbox.take();
        assertThat(outbox.hasRoom(new byte[1])).isTrue();
    }
}
