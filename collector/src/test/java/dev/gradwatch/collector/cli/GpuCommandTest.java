package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gradwatch.collector.model.GpuProcess;
import dev.gradwatch.collector.model.GpuReading;
import dev.gradwatch.collector.model.SampleGpus;
import dev.gradwatch.collector.sink.report.GpuJson;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class GpuCommandTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** No machine has it, so that these tests find the same on those with a GPU. */
    private static final String NOWHERE = "--nvml=/nowhere/libnvidia-ml.so.1";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void noDriver_isOneLineAndFails() {
        assertThat(run(NOWHERE)).isEqualTo(1);
        assertThat(out.toString()).startsWith("no GPU here: ").hasLineCount(1);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void noDriver_isJsonToo() throws Exception {
        assertThat(run(NOWHERE, "--format", "json")).isEqualTo(1);
        JsonNode answer = MAPPER.readTree(out.toString());
        assertThat(answer.path("driver").isNull()).isTrue();
        assertThat(answer.path("gpus").isArray()).isTrue();
        assertThat(answer.path("gpus")).isEmpty();
        assertThat(answer.path("state").asText()).isEqualTo("no_library");
    }

    @Test
    void watch_endsWhereThereIsNothingToWatch() {
        assertThat(run(NOWHERE, "--watch")).isEqualTo(1);
        assertThat(out.toString()).hasLineCount(1);
        assertThat(run(NOWHERE, "--watch", "0.05")).isEqualTo(2);
        assertThat(err).hasToString("gradwatch: watch: 0.05 (expected: 0.1-3600 seconds)\n");
    }

    @Test
    void help_saysTheExitStatus() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("Exit status:", "There is no GPU here", "--watch", "--nvml=FILE");
        out.getBuffer().setLength(0);
        assertThat(Gradwatch.commandLine().setOut(new PrintWriter(out, true)).execute("--help"))
                .isZero();
        assertThat(out.toString()).contains("  gpu ");
    }

    @Test
    void pages_standBelowOneAnother_orOverOneAnother() {
        GpuReading reading = SampleGpus.noDriver();
        GpuPages below = new GpuPages(new PrintWriter(out), any -> "page\n", "", "\n");
        below.print(reading);
        below.print(reading);
        assertThat(out).hasToString("page\n\npage\n");
        out.getBuffer().setLength(0);
        GpuPages over = new GpuPages(new PrintWriter(out), any -> "page\n", GpuPages.CLEAR, GpuPages.CLEAR);
        over.print(reading);
        over.print(reading);
        assertThat(out).hasToString("\u001b[H\u001b[Jpage\n\u001b[H\u001b[Jpage\n");
    }

    @Test
    void collectorsRanks_winByGpuAndPid() throws Exception {
        GpuReading here = SampleGpus.reading(SampleGpus.full()
                .with(List.of(
                        SampleGpus.process(1, "python", 1L, 0, "guess"),
                        SampleGpus.process(2, "python", 1L, 1, "guess"),
                        SampleGpus.process(3, "Xorg", 1L, null, null))));
        GpuReading known = SampleGpus.reading(SampleGpus.full()
                .with(List.of(
                        SampleGpus.process(1, "python", 1L, 5, "train-7f"),
                        SampleGpus.process(3, "Xorg", 1L, null, null))));
        assertThat(KnownRanks.in(here, MAPPER.readTree(GpuJson.line(known)))
                        .gpus()
                        .get(0)
                        .processes())
                .extracting(GpuProcess::pid, GpuProcess::rank, GpuProcess::job)
                .containsExactly(
                        Tuple.tuple(1L, 5, "train-7f"), Tuple.tuple(2L, 1, "guess"), Tuple.tuple(3L, null, null));
        GpuReading elsewhere = new GpuReading("node9", 0, known.driver(), known.gpus());
        assertThat(KnownRanks.in(here, MAPPER.readTree(GpuJson.line(elsewhere))))
                .isEqualTo(here);
        assertThat(KnownRanks.in(here, MAPPER.readTree("{\"detail\":1}"))).isEqualTo(here);
    }

    @Test
    void collectorThatIsNotThere_isNotMissed() throws Exception {
        ApiOptions api = new ApiOptions();
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            api.http = new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), free.getLocalPort());
        }
        GpuReading reading = SampleGpus.reading(SampleGpus.full());
        assertThat(KnownRanks.of(api).in(reading)).isEqualTo(reading);
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] all = new String[arguments.length + 1];
        all[0] = "gpu";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        CommandLine commandLine = Gradwatch.commandLine();
        return commandLine
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all);
    }
}
