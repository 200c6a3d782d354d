package dev.gradwatch.collector.sink.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.SampleReports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFileTest {
    @TempDir
    Path folder;

    @Test
    void report_hasTheMembersOfTheSchema() throws IOException {
        Path file = folder.resolve("report.json");
        ReportFile.write(SampleReports.deadHead(), file);
        JsonNode root = ReportJson.MAPPER.readTree(file.toFile());
        assertThat(root.at("/schema").asText()).isEqualTo("gradwatch.report/1");
        assertThat(root.at("/job/started").asText()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(root.at("/job/ended").asText()).isEqualTo("2026-01-01T00:00:04.500Z");
        assertThat(root.at("/job/exit_code").asInt()).isEqualTo(1);
        assertThat(root.at("/job/world_size").asInt()).isEqualTo(2);
        assertThat(root.at("/job/framework").asText()).isEqualTo("torch 2.13.0+cpu");
        assertThat(root.at("/ranks/1/rank").asInt()).isEqualTo(1);
        assertThat(root.at("/ranks/1/state").asText()).isEqualTo("failed");
        assertThat(root.at("/ranks/1/watched_steps").asInt()).isEqualTo(1);
        assertThat(root.at("/models/0/ddp/find_unused_parameters").isBoolean()).isTrue();
        assertThat(root.at("/models/0/aliases/0/1").asText()).isEqualTo("decoder.encoder.weight");
        assertThat(root.at("/models/0/modules/2/marks/0").asText()).isEqualTo("never");
        JsonNode finding = root.at("/findings/0");
        assertThat(finding.at("/id").asText()).isEqualTo("output_not_in_loss/decoder.seg_layers.0");
        assertThat(finding.at("/cause").asText()).isEqualTo("output_not_in_loss");
        assertThat(finding.at("/severity").asText()).isEqualTo("error");
        assertThat(finding.at("/evidence/confidence").asText()).isEqualTo("high");
        assertThat(finding.at("/advice/0/action").asText()).isEqualTo("use_or_drop_output");
        assertThat(finding.at("/advice/0/snippet").asText()).startsWith("weights[-1] = 1e-6");
        assertThat(finding.at("/avoid/0/action").asText()).isEqualTo("static_graph");
        assertThat(finding.at("/avoid/0").has("snippet")).isFalse();
        assertThat(finding.at("/log/0/line").asInt()).isEqualTo(41);
    }

    @Test
    void flagCost_isTheLastMemberAndLeftOutWhereItIsNotKnown() throws IOException {
        FlagCost cost = new FlagCost("a", "b", 0.0125, 0.012);
        String without = ReportJson.text(SampleReports.deadHead());
        String with = ReportJson.text(SampleReports.deadHead(), cost);
        assertThat(without)
                .doesNotContain("find_unused_cost")
                .isEqualTo(ReportJson.text(SampleReports.deadHead(), null));
        assertThat(with).startsWith(without.substring(0, without.lastIndexOf("\n}")));
        JsonNode node = ReportJson.MAPPER.readTree(with).path("find_unused_cost");
        assertThat(node.toString())
                .isEqualTo("{\"with\":{\"job\":\"a\",\"step_seconds\":0.0125},"
                        + "\"without\":{\"job\":\"b\",\"step_seconds\":0.012},"
                        + "\"difference_seconds\":5.0E-4,\"percent\":4.17}");
        assertThat(FlagCostJson.read(node)).isEqualTo(cost);
        assertThat(FlagCostJson.read(node.path("none"))).isNull();
    }

    @Test
    void unknown_isNullAndNotLeftOut() throws IOException {
        Path file = folder.resolve("report.json");
        ReportFile.write(SampleReports.manyRanks(2, 0), file);
        JsonNode job = ReportJson.MAPPER.readTree(file.toFile()).at("/job");
        assertThat(job.has("exit_code")).isTrue();
        assertThat(job.at("/exit_code").isNull()).isTrue();
        assertThat(job.at("/started").isNull()).isTrue();
        assertThat(job.at("/ended").isNull()).isTrue();
    }

    @Test
    void write_replacesAndLeavesNothingBeside() throws IOException {
        Path file = folder.resolve("report.json");
        Files.writeString(file, "old");
        ReportFile.write(SampleReports.deadHead(), file);
        assertThat(Files.readString(file)).startsWith("{\n  \"schema\"").endsWith("}\n");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void missingFolder_isOneLine() {
        Path file = folder.resolve("no/report.json");
        assertThatThrownBy(() -> ReportFile.write(SampleReports.deadHead(), file))
                .isInstanceOf(IOException.class)
                .hasMessage("report: " + file + ": its folder is missing (expected: a file in a folder that exists)");
        assertThatThrownBy(() -> ReportFile.write(SampleReports.deadHead(), folder))
                .hasMessage("report: " + folder + " is a folder (expected: a file)");
    }

    @Test
    void jobId_cannotLeaveItsFolder() {
        assertThat(ReportFile.of(folder, "seg-042")).isEqualTo(folder.resolve("seg-042.json"));
        assertThat(ReportFile.of(folder, "../../etc/passwd").getParent()).isEqualTo(folder);
        assertThat(ReportFile.of(folder, "a/b")).isNotEqualTo(ReportFile.of(folder, "a b"));
        assertThat(ReportFile.of(folder, "..").getFileName().toString()).startsWith("_.");
        assertThat(ReportFile.of(folder, "x".repeat(5000)).getFileName().toString())
                .hasSizeLessThan(150);
    }
}
