package dev.gradwatch.collector.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ThrottleReasonTest {
    @Test
    void bits_areNamedInTheirOrder() {
        assertThat(ThrottleReason.of(0)).isEmpty();
        assertThat(ThrottleReason.of(0x1ff)).containsExactly(ThrottleReason.values());
        assertThat(ThrottleReason.of(Gpu.DISPLAY_CLOCKS | Gpu.GPU_IDLE))
                .containsExactly(ThrottleReason.GPU_IDLE, ThrottleReason.DISPLAY_CLOCKS);
    }

    @Test
    void bitsOfLaterDrivers_areLeftOut() {
        assertThat(ThrottleReason.of(1L << 40 | Gpu.HW_SLOWDOWN)).containsExactly(ThrottleReason.HW_SLOWDOWN);
    }

    @Test
    void harmful_isHeatAndPowerSupply() {
        assertThat(ThrottleReason.harmful(0x1ff))
                .containsExactly(
                        "hw_slowdown", "sw_thermal_slowdown", "hw_thermal_slowdown", "hw_power_brake_slowdown");
        assertThat(ThrottleReason.harmful(Gpu.SW_POWER_CAP)).isEmpty();
    }
}
