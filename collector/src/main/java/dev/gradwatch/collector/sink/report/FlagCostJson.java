package dev.gradwatch.collector.sink.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.model.FlagCost;
import org.jspecify.annotations.Nullable;

/** What {@code find_unused_parameters} costs a job, as reports and the API tell it. */
public final class FlagCostJson {
    /** What it is called there. */
    public static final String MEMBER = "find_unused_cost";

    public static ObjectNode tree(FlagCost cost) {
        ObjectNode node = ReportJson.MAPPER.createObjectNode();
        run(node.putObject("with"), cost.withJob(), cost.withSeconds());
        run(node.putObject("without"), cost.withoutJob(), cost.withoutSeconds());
        return node.put("difference_seconds", cost.differenceSeconds()).put("percent", cost.percent());
    }

    private static void run(ObjectNode node, String job, double seconds) {
        node.put("job", job).put("step_seconds", seconds);
    }

    /** What {@link #tree} wrote; null where it is not there. */
    public static @Nullable FlagCost read(JsonNode node) {
        if (!node.isObject()) {
            return null;
        }
        JsonNode with = node.path("with");
        JsonNode without = node.path("without");
        return new FlagCost(
                with.path("job").asText(),
                without.path("job").asText(),
                with.path("step_seconds").asDouble(),
                without.path("step_seconds").asDouble());
    }

    private FlagCostJson() {}
}
