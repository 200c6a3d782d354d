package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuSample;
import dev.gradwatch.collector.model.GpuSample.Tenant;
import dev.gradwatch.wire.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a Gpu's JSON. One for each frame. */
final class GpuFrameReader {
    private final JsonReader json;
    private @Nullable Long micros;
    private @Nullable String host;
    private @Nullable String uuid;
    private @Nullable Integer index;
    private String name = "";
    private Gpu.@Nullable State state;
    private @Nullable Long totalBytes;
    private @Nullable Long usedBytes;
    private @Nullable Long rankBytes;
    private @Nullable Long beforeBytes;
    private @Nullable Integer gpuPercent;
    private @Nullable Integer memoryPercent;
    private @Nullable Integer temperatureCelsius;
    private @Nullable Double powerWatts;
    private @Nullable Double powerLimitWatts;
    private @Nullable Long throttle;
    private @Nullable Long eccUncorrected;
    private boolean pendingRetirement;
    private List<Tenant> tenants = List.of();

    private GpuFrameReader(JsonReader json) {
        this.json = json;
    }

    /** @param micros when the node looked, by its clock */
    record Sampled(long micros, GpuSample sample) {}

    static Sampled read(JsonReader json) throws IOException {
        GpuFrameReader reader = new GpuFrameReader(json);
        json.object("Gpu");
        for (String member = json.member(); member != null; member = json.member()) {
            if (!json.isNull()) {
                reader.member(member);
            }
        }
        return new Sampled(json.required("micros", reader.micros), reader.sample());
    }

    private void member(String member) throws IOException {
        switch (member) {
            case "micros" -> micros = json.count(member);
            case "host" -> host = json.name(member);
            case "uuid" -> uuid = json.name(member);
            case "index" -> index = json.integer(member, 0, Limits.MAX_GPU_INDEX);
            case "name" -> name = json.name(member);
            case "state" -> state = state(json.name(member));
            case "total_bytes" -> totalBytes = json.count(member);
            case "used_bytes" -> usedBytes = json.count(member);
            case "rank_bytes" -> rankBytes = json.count(member);
            case "before_bytes" -> beforeBytes = json.count(member);
            case "gpu_percent" -> gpuPercent = json.integer(member, 0, 100);
            case "memory_percent" -> memoryPercent = json.integer(member, 0, 100);
            case "temperature_celsius" ->
                temperatureCelsius = json.integer(member, Limits.MIN_CELSIUS, Limits.MAX_CELSIUS);
            case "power_watts" -> powerWatts = watts(member);
            case "power_limit_watts" -> powerLimitWatts = watts(member);
            case "throttle" -> throttle = json.count(member);
            case "ecc_uncorrected" -> eccUncorrected = json.count(member);
            case "pending_retirement" -> pendingRetirement = json.flag(member);
            case "tenants" -> tenants = tenants();
            default -> json.skip();
        }
    }

    private GpuSample sample() {
        return new GpuSample(
                json.required("host", host),
                json.required("uuid", uuid),
                json.required("index", index),
                name,
                json.required("state", state),
                totalBytes,
                usedBytes,
                rankBytes,
                beforeBytes,
                gpuPercent,
                memoryPercent,
                temperatureCelsius,
                powerWatts,
                powerLimitWatts,
                throttle,
                eccUncorrected,
                pendingRetirement,
                tenants);
    }

    private Gpu.State state(String id) {
        return Arrays.stream(Gpu.State.values())
                .filter(known -> known.id().equals(id))
                .findFirst()
                .orElseThrow(() -> json.malformed("state: " + id + " (expected: ok, lost, no_permission or failed)"));
    }

    private double watts(String member) throws IOException {
        double watts = json.real(member);
        // What is not finite is none of these either.
        if (!(watts >= 0 && watts <= Limits.MAX_WATTS)) {
            throw json.malformed(member + ": " + watts + " (expected: 0-" + Limits.MAX_WATTS + ")");
        }
        return watts;
    }

    private List<Tenant> tenants() throws IOException {
        List<Tenant> all = new ArrayList<>();
        json.array("tenants");
        while (json.element()) {
            json.room("tenants", all.size(), Limits.MAX_TENANTS);
            all.add(tenant());
        }
        return all;
    }

    private Tenant tenant() throws IOException {
        Long pid = null;
        String program = "";
        Long used = null;
        Integer rank = null;
        json.object("tenants");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "pid" -> pid = json.count(member);
                case "name" -> program = json.name(member);
                case "used_bytes" -> used = json.count(member);
                case "rank" -> rank = json.integer(member, 0, Limits.MAX_RANKS - 1);
                default -> json.skip();
            }
        }
        return new Tenant(json.required("pid", pid), program, used, rank);
    }
}
