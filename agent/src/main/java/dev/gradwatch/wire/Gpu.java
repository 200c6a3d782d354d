package dev.gradwatch.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The GPU that a rank computes on, as the collector of the rank's node saw it. What is not set is not known. One thread at a time. */
public final class Gpu implements Message {
    /** What writes each, in order. */
    private final List<Consumer<Json>> members = new ArrayList<>();

    private final List<Consumer<Json>> tenants = new ArrayList<>();

    /**
     * @param micros when it was looked at, Unix time
     * @param host the machine that it is in
     * @param uuid of the GPU, or of the MIG instance
     * @param index as the driver counts
     * @param name of the product; empty where not known
     * @param state as the protocol names it, such as {@code ok}
     */
    public Gpu(long micros, String host, String uuid, int index, String name, String state) {
        number("micros", micros, 0, Long.MAX_VALUE)
                .text("host", Text.name(host))
                .text("uuid", Text.name(uuid));
        number("index", index, 0, Limits.MAX_GPU_INDEX)
                .text("name", Text.name(name))
                .text("state", state);
    }

    /**
     * Its memory, in bytes.
     *
     * @param rank by the rank and the processes that it started
     * @param before used when no rank of the job was on it yet
     */
    public Gpu memory(@Nullable Long total, @Nullable Long used, @Nullable Long rank, @Nullable Long before) {
        return number("total_bytes", total, 0, Long.MAX_VALUE)
                .number("used_bytes", used, 0, Long.MAX_VALUE)
                .number("rank_bytes", rank, 0, Long.MAX_VALUE)
                .number("before_bytes", before, 0, Long.MAX_VALUE);
    }

    public Gpu utilisation(@Nullable Integer gpuPercent, @Nullable Integer memoryPercent) {
        return number("gpu_percent", gpuPercent, 0, 100).number("memory_percent", memoryPercent, 0, 100);
    }

    public Gpu temperature(@Nullable Integer celsius) {
        return number("temperature_celsius", celsius, Limits.MIN_CELSIUS, Limits.MAX_CELSIUS);
    }

    public Gpu power(@Nullable Double watts, @Nullable Double limitWatts) {
        return watts("power_watts", watts).watts("power_limit_watts", limitWatts);
    }

    /** @param bits why clocks are lower than they could be, as NVML's {@code nvmlClocksEventReasons} */
    public Gpu throttle(@Nullable Long bits) {
        return number("throttle", bits, 0, Long.MAX_VALUE);
    }

    /**
     * Its memory errors.
     *
     * @param eccUncorrected since the driver was loaded
     * @param pendingRetirement whether memory waits for a reset to be taken out of use
     */
    public Gpu errors(@Nullable Long eccUncorrected, boolean pendingRetirement) {
        number("ecc_uncorrected", eccUncorrected, 0, Long.MAX_VALUE);
        members.add(json -> json.name("pending_retirement").value(pendingRetirement));
        return this;
    }

    /**
     * A process on it that is not the rank's own; past {@link Limits#MAX_TENANTS} it is left out, so the largest come first.
     *
     * @param rank of the same job; null where it is none of its ranks
     */
    public Gpu tenant(long pid, String name, @Nullable Long usedBytes, @Nullable Integer rank) {
        if (tenants.size() < Limits.MAX_TENANTS) {
            String cut = Text.name(name);
            check("pid", pid, 0, Long.MAX_VALUE);
            check("used_bytes", usedBytes, 0, Long.MAX_VALUE);
            check("rank", rank, 0, Limits.MAX_RANKS - 1);
            tenants.add(json -> {
                json.object().name("pid").value(pid).name("name").value(cut);
                write(json, "used_bytes", usedBytes);
                write(json, "rank", rank);
                json.endObject();
            });
        }
        return this;
    }

    private Gpu text(String name, String value) {
        members.add(json -> json.name(name).value(value));
        return this;
    }

    private Gpu number(String name, @Nullable Number value, long least, long most) {
        check(name, value, least, most);
        members.add(json -> write(json, name, value));
        return this;
    }

    private Gpu watts(String name, @Nullable Double watts) {
        if (watts != null) {
            // What is not finite is none of these either.
            if (!(watts >= 0 && watts <= Limits.MAX_WATTS)) {
                throw new IllegalArgumentException(name + ": " + watts + " (expected: 0-" + Limits.MAX_WATTS + ")");
            }
            members.add(json -> json.name(name).value((double) watts));
        }
        return this;
    }

    private static void check(String name, @Nullable Number value, long least, long most) {
        if (value != null) {
            Limits.check(name, value.longValue(), least, most);
        }
    }

    private static void write(Json json, String name, @Nullable Number value) {
        if (value != null) {
            json.name(name).value(value.longValue());
        }
    }

    @Override
    public void writeTo(FrameBuffer out) {
        Json json = new Json(out.begin(FrameKind.GPU)).object();
        members.forEach(member -> member.accept(json));
        json.name("tenants").array();
        tenants.forEach(tenant -> tenant.accept(json));
        json.endArray().endObject();
        out.end();
    }
}
