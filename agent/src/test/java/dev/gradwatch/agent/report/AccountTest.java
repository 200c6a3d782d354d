package dev.gradwatch.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AccountTest {
    private final Account account = new Account();

    @Test
    void window_costsWhatIsAboveTheUnwatchedPasses() {
        account.count(false, false, 10);
        for (int i = 0; i < 16; i++) {
            assertThat(account.count(true, i < 3, i < 3 ? 1_110 : 110)).isFalse();
        }
        assertThat(account.count(false, false, 10)).isTrue();
        assertThat(account.passNanos()).isEqualTo(10);
        assertThat(account.windowNanos()).isEqualTo(16 * 100);
        assertThat(account.normNanos()).isEqualTo(3 * 1_000);
    }

    @Test
    void windows_thatMeetCountAsOneOfTheUsualLength() {
        account.count(false, false, 10);
        for (int i = 0; i < 32; i++) {
            account.count(true, i % 16 < 3, i % 16 < 3 ? 1_110 : 110);
        }
        assertThat(account.count(false, false, 10)).isTrue();
        assertThat(account.windowNanos()).isEqualTo(16 * 100);
        assertThat(account.normNanos()).isEqualTo(3 * 1_000);
    }

    @Test
    void windowWithoutNorms_leavesTheirCostAsItWas() {
        account.count(false, false, 10);
        account.count(true, true, 1_110);
        account.count(true, false, 110);
        account.count(false, false, 10);
        account.count(true, false, 210);
        account.count(false, false, 10);
        assertThat(account.normNanos()).isEqualTo(3 * 1_000);
        assertThat(account.windowNanos()).isBetween(1_600.0, 16 * 200.0);
    }

    @Test
    void noise_isNeverNegative() {
        account.count(false, false, 1_000);
        account.count(true, false, 10);
        assertThat(account.count(false, false, 1_000)).isTrue();
        assertThat(account.windowNanos()).isZero();
    }

    @Test
    void restart_forgetsTheOpenWindow() {
        account.count(true, false, 1_000_000);
        account.restart();
        assertThat(account.count(false, false, 10)).isFalse();
        assertThat(account.windowNanos()).isZero();
    }
}
