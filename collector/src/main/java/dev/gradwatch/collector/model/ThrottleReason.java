package dev.gradwatch.collector.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Why a GPU's clocks are lower than they could be: a bit of {@link Gpu#throttle}. */
public enum ThrottleReason {
    GPU_IDLE(Gpu.GPU_IDLE, false),
    APPLICATION_CLOCKS(Gpu.APPLICATION_CLOCKS, false),
    /** The usual limit of a GPU that works as hard as its power allows. */
    SW_POWER_CAP(Gpu.SW_POWER_CAP, false),
    HW_SLOWDOWN(Gpu.HW_SLOWDOWN, true),
    SYNC_BOOST(Gpu.SYNC_BOOST, false),
    SW_THERMAL_SLOWDOWN(Gpu.SW_THERMAL_SLOWDOWN, true),
    HW_THERMAL_SLOWDOWN(Gpu.HW_THERMAL_SLOWDOWN, true),
    HW_POWER_BRAKE_SLOWDOWN(Gpu.HW_POWER_BRAKE_SLOWDOWN, true),
    DISPLAY_CLOCKS(Gpu.DISPLAY_CLOCKS, false);

    private final long bit;
    private final boolean harmful;

    ThrottleReason(long bit, boolean harmful) {
        this.bit = bit;
        this.harmful = harmful;
    }

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it says that something is wrong: heat, or a power supply that does not keep up. */
    public boolean harmful() {
        return harmful;
    }

    /** The reasons that are set, in the order of their bits; those that are not known to us are left out. */
    public static List<ThrottleReason> of(long throttle) {
        List<ThrottleReason> reasons = new ArrayList<>();
        for (ThrottleReason reason : values()) {
            if ((throttle & reason.bit) != 0) {
                reasons.add(reason);
            }
        }
        return reasons;
    }

    /** The bits of all that are {@link #harmful}. */
    public static long harmfulBits() {
        long bits = 0;
        for (ThrottleReason reason : values()) {
            bits |= reason.harmful ? reason.bit : 0;
        }
        return bits;
    }

    /** The ids of those that are set and {@link #harmful}. */
    public static List<String> harmful(long throttle) {
        return of(throttle).stream()
                .filter(ThrottleReason::harmful)
                .map(ThrottleReason::id)
                .toList();
    }
}
