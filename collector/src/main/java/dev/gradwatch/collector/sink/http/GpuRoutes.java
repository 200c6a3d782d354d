package dev.gradwatch.collector.sink.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.model.GpuThresholds;
import dev.gradwatch.collector.sink.http.Directory.GpuPage;
import dev.gradwatch.collector.sink.report.GpuJson;
import java.util.List;

/** The GPUs of this machine, and those of others that ranks compute on. */
final class GpuRoutes {
    private final Directory directory;

    GpuRoutes(Directory directory) {
        this.directory = directory;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get("/api/gpus", this::list));
    }

    private Answer list(Call call) {
        String host = call.query().textOrNull("host");
        GpuPage page = directory.gpus();
        List<ObjectNode> gpus = page.gpus().stream()
                .filter(row -> host == null || host.equals(row.host()))
                .map(row -> GpuJson.gpu(row.host(), row.gpu()))
                .toList();
        ObjectNode tree = GpuJson.tree(page.driver(), gpus);
        GpuThresholds thresholds = page.thresholds();
        tree.putObject("thresholds")
                .put("idle_percent", thresholds.idlePercent())
                .put("saturated_percent", thresholds.saturatedPercent())
                .put("full_percent", thresholds.fullPercent());
        return Answer.ok(tree);
    }
}
