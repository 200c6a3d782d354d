package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code diagnose} as a person types it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DiagnoseCommandTest {
    private static final Path LOG =
            Path.of("src/test/resources/logs/torch-2.13/count_OFF.log").toAbsolutePath();

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void text_isTheAnswer() {
        assertThat(diagnose(LOG.toString())).isZero();

        assertThat(out.toString())
                .contains("the ranks built different models: trainable parameters are rank 0 6, rank 1 8.");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void json_isTheContracts() throws IOException {
        assertThat(diagnose("--format", "json", LOG.toString())).isZero();

        JsonNode root = new ObjectMapper().readTree(out.toString());
        assertThat(root.path("schema").asText()).isEqualTo("gradwatch.diagnosis/1");
        assertThat(root.path("messages")).anySatisfy(message -> {
            assertThat(message.path("id").asText()).isEqualTo("ddp.model.count");
            assertThat(message.path("severity").asText()).isEqualTo("error");
            assertThat(message.path("source").asText()).isEqualTo(LOG.toString());
            assertThat(message.path("line").asInt()).isPositive();
            assertThat(message.path("end_line").asInt())
                    .isGreaterThanOrEqualTo(message.path("line").asInt());
            assertThat(message.path("fields").path("params").asInt()).isPositive();
            assertThat(message.path("text").asText()).startsWith("RuntimeError: DDP expects");
        });
        JsonNode finding = root.path("findings").path(0);
        assertThat(finding.path("cause").asText()).isEqualTo("model_mismatch");
        assertThat(finding.path("log").path(0).path("source").asText()).isEqualTo(LOG.toString());
        assertThat(finding.path("log").path(0).path("line").asInt()).isPositive();
    }

    @Test
    void compressed_isRead_whateverItsName() throws IOException {
        for (String name : new String[] {"train.log.gz", "train.log"}) {
            Path file = folder.resolve(name);
            try (OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(file))) {
                Files.copy(LOG, gzip);
            }
            assertThat(diagnose(file.toString())).isZero();
        }
        assertThat(out.toString().split("the ranks built different models", -1)).hasSize(3);
    }

    @Test
    void folder_isReadWithoutWhatIsNoLog() throws IOException {
        Files.copy(LOG, folder.resolve("train.log"));
        Files.write(folder.resolve("checkpoint.pt"), Files.readAllBytes(LOG));
        Files.write(folder.resolve("weights"), new byte[10_000]);
        Files.writeString(folder.resolve(".hidden"), "CUDA error: invalid device ordinal\n");

        assertThat(diagnose(folder.toString())).isZero();

        assertThat(out.toString()).contains("the ranks built different models").doesNotContain("GPU");
    }

    @Test
    void standardInput_isRead() throws Exception {
        try (ForkedGradwatch run = ForkedGradwatch.start(folder, "diagnose", "-")) {
            Files.copy(LOG, run.input());
            run.input().close();

            assertThat(run.output())
                    .contains("the ranks built different models")
                    .contains("stdin:");
            assertThat(run.status()).isZero();
        }
    }

    @Test
    void list_holdsEveryMessage() {
        assertThat(diagnose("--list")).isZero();

        assertThat(out.toString())
                .contains("ddp.unused.default  (error")
                .contains("nnunet.pre.shape  (error")
                .contains("  fix ")
                .containsPattern("\\n1[4-9]\\d messages\\n$");
    }

    @Test
    void mistakes_areOneLineAndTheUsualStatus() throws IOException {
        assertThat(diagnose("none.log")).isEqualTo(1);
        assertThat(diagnose(Files.createDirectory(folder.resolve("empty")).toString()))
                .isEqualTo(1);
        assertThat(diagnose()).isEqualTo(2);
        assertThat(diagnose("--format", "xml", LOG.toString())).isEqualTo(2);
        assertThat(diagnose("--signatures", "none.json", LOG.toString())).isEqualTo(1);

        assertThat(err.toString())
                .contains(
                        "gradwatch: none.log: no such file (expected: a log, a folder of logs, or - for standard input)\n")
                .contains("empty: no log in it (expected: a folder that holds files of text)\n")
                .contains("gradwatch: path: none (expected: a log, a folder of logs, or - for standard input)")
                .contains("gradwatch: signatures: none.json (expected: a file that can be read)\n")
                .doesNotContain("\tat ");
    }

    @Test
    void anyBytes_areSurvived() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] noise = new byte[300_000];
        new java.util.Random(3).nextBytes(noise);
        bytes.write(noise);
        bytes.write(("\n" + Files.readString(LOG, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
        Path file = Files.write(folder.resolve("noise.log"), bytes.toByteArray());

        assertThat(diagnose(file.toString())).isZero();

        assertThat(out.toString()).contains("the ranks built different models");
    }

    private int diagnose(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "diagnose";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        CommandLine commandLine = Gradwatch.commandLine();
        commandLine.setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
        assertThat(Arrays.asList(all)).isNotEmpty();
        return commandLine.execute(all);
    }
}
