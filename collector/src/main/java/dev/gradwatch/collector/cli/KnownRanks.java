package dev.gradwatch.collector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuProcess;
import dev.gradwatch.collector.model.GpuReading;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a collector that runs beside us, if one does, knows of the processes on this machine's GPUs: which ranks of which jobs they are. */
final class KnownRanks {
    /** A table must not wait for a collector that hangs. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private record Place(String uuid, long pid) {}

    private record RankOfJob(@Nullable Integer rank, String job) {}

    private final ApiClient collector;

    private KnownRanks(ApiClient collector) {
        this.collector = collector;
    }

    /** @throws IOException in one line, where the options are no use; not where nobody answers */
    static KnownRanks of(ApiOptions api) throws IOException {
        return new KnownRanks(api.client(PATIENCE));
    }

    /** The reading with the collector's ranks in it; as it is where none answers. Waits for at most a second or two. */
    GpuReading in(GpuReading reading) throws InterruptedException {
        if (reading.gpus().stream().allMatch(gpu -> gpu.processes().isEmpty())) {
            return reading;
        }
        try {
            return in(reading, collector.get("/api/gpus?host=" + ApiClient.escaped(reading.host())));
        } catch (IOException nobodyAnswers) {
            return reading;
        }
    }

    /** @param answer of {@code /api/gpus} */
    static GpuReading in(GpuReading reading, JsonNode answer) {
        Map<Place, RankOfJob> known = new HashMap<>();
        for (JsonNode gpu : answer.path("gpus")) {
            if (!gpu.path("host").asText().equals(reading.host())) {
                continue;
            }
            for (JsonNode process : gpu.path("processes")) {
                if (process.path("job").isTextual()) {
                    JsonNode rank = process.path("rank");
                    known.put(
                            new Place(
                                    gpu.path("uuid").asText(),
                                    process.path("pid").asLong()),
                            new RankOfJob(
                                    rank.isInt() ? Integer.valueOf(rank.asInt()) : null,
                                    process.path("job").asText()));
                }
            }
        }
        List<Gpu> gpus = reading.gpus().stream().map(gpu -> named(gpu, known)).toList();
        return new GpuReading(reading.host(), reading.micros(), reading.driver(), gpus);
    }

    private static Gpu named(Gpu gpu, Map<Place, RankOfJob> known) {
        return gpu.with(gpu.processes().stream()
                .map(process -> named(process, known.get(new Place(gpu.uuid(), process.pid()))))
                .toList());
    }

    private static GpuProcess named(GpuProcess process, @Nullable RankOfJob known) {
        return known == null ? process : process.of(known.job(), known.rank());
    }
}
