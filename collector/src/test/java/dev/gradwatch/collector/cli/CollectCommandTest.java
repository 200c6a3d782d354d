package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CollectCommandTest {
    private static final int WELCOME = 0x41;
    private static final int REFUSED = 0x43;

    @TempDir
    Path folder;

    @Test
    void term_writesTheReportsOfRunningJobs() throws Exception {
        Path reports = folder.resolve("a/reports");
        try (ChildProcess collect = new ChildProcess(
                        Map.of("GRADWATCH_LISTEN", "127.0.0.1:0"),
                        "collect",
                        "--no-http",
                        "--report",
                        reports.toString());
                WireReporter reporter = new WireReporter(listening(collect))) {
            assertThat(reporter.hello("seg/042", 0, 2, null).answer()).isEqualTo(WELCOME);
            assertThat(collect.outLine("seg/042")).contains("2 ranks", "torch 2.13.0");
            collect.handle().destroy();
            assertThat(collect.exitStatus()).isZero();
            assertThat(collect.restOfOut()).contains("running");
        }
        Path[] files = reports.toFile().listFiles() == null
                ? new Path[0]
                : java.util.Arrays.stream(reports.toFile().listFiles())
                        .map(java.io.File::toPath)
                        .toArray(Path[]::new);
        assertThat(files).hasSize(1);
        JsonNode report = new ObjectMapper().readTree(files[0].toFile());
        assertThat(report.at("/job/id").asText()).isEqualTo("seg/042");
        assertThat(report.at("/job/exit_code").isNull()).isTrue();
        assertThat(report.at("/ranks/0/state").asText()).isEqualTo("running");
    }

    @Test
    void portInUse_isOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ChildProcess collect =
                        new ChildProcess(Map.of(), "collect", "--listen", "127.0.0.1:" + taken.getLocalPort())) {
            assertThat(collect.exitStatus()).isEqualTo(1);
            assertThat(collect.restOfErr())
                    .isEqualTo("gradwatch: listen: 127.0.0.1:" + taken.getLocalPort()
                            + " is in use (expected: a free port, see --listen)");
        }
    }

    @Test
    void beyondLoopback_aTokenIsMadeAndAskedFor() throws Exception {
        try (ChildProcess collect = new ChildProcess(Map.of(), "collect", "--listen", "0.0.0.0:0")) {
            InetSocketAddress any = listening(collect);
            InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), any.getPort());
            String line = collect.errLine("GRADWATCH_TOKEN=");
            String token = line.substring(line.indexOf('=') + 1);
            try (WireReporter without = new WireReporter(local);
                    WireReporter with = new WireReporter(local)) {
                assertThat(without.hello("a", 0, 1, null).answer()).isEqualTo(REFUSED);
                assertThat(with.hello("a", 0, 1, token).answer()).isEqualTo(WELCOME);
            }
        }
    }

    @Test
    void token_isShownOnceAndStays() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Map<String, String> environment =
                Map.of("XDG_STATE_HOME", folder.resolve("state").toString(), "GRADWATCH_LISTEN", "0.0.0.0:" + port);
        InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        String token;
        try (ChildProcess collect = new ChildProcess(environment, "collect")) {
            String line = collect.errLine("GRADWATCH_TOKEN=");
            token = line.substring(line.indexOf('=') + 1);
            assertThat(collect.errLine("shown this once")).contains("only its hash is kept");
            assertThat(collect.errLine("plain text")).contains("--tls-cert");
        }
        try (ChildProcess collect = new ChildProcess(environment, "collect")) {
            assertThat(collect.errLine("reporters need GRADWATCH_TOKEN"))
                    .doesNotContain(token)
                    .contains("the one made 20", "--new-token makes another");
            try (WireReporter with = new WireReporter(local)) {
                assertThat(with.hello("a", 0, 1, token).answer()).isEqualTo(WELCOME);
            }
        }
        try (ChildProcess collect = new ChildProcess(environment, "collect", "--new-token")) {
            assertThat(collect.errLine("GRADWATCH_TOKEN=")).doesNotContain(token);
            try (WireReporter with = new WireReporter(local)) {
                assertThat(with.hello("a", 0, 1, token).answer()).isEqualTo(REFUSED);
            }
        }
    }

    @Test
    void certificate_needsItsKey() throws Exception {
        Path missing = folder.resolve("missing.pem");
        try (ChildProcess one =
                        new ChildProcess(Map.of("GRADWATCH_LISTEN", "127.0.0.1:0"), "collect", "--tls-cert", "a.pem");
                ChildProcess none = new ChildProcess(
                        Map.of(
                                "GRADWATCH_LISTEN",
                                "127.0.0.1:0",
                                "GRADWATCH_TLS_CERT",
                                missing.toString(),
                                "GRADWATCH_TLS_KEY",
                                missing.toString()),
                        "collect")) {
            assertThat(one.exitStatus()).isEqualTo(2);
            assertThat(one.restOfErr()).isEqualTo("gradwatch: tls-key: none (expected: it beside --tls-cert)");
            assertThat(none.exitStatus()).isEqualTo(1);
            assertThat(none.restOfErr())
                    .isEqualTo("gradwatch: tls-cert: " + missing + " is missing (expected: a PEM certificate chain)");
        }
    }

    @Test
    void logs_areFollowed_andReadOnWhereTheyWereLeft() throws Exception {
        Path log = folder.resolve("logs/seg-042.log");
        Files.createDirectories(log.getParent());
        Map<String, String> environment =
                Map.of("XDG_STATE_HOME", folder.resolve("state").toString(), "GRADWATCH_LISTEN", "127.0.0.1:0");
        String globs = folder.resolve("logs").toString() + "/*.log";
        byte[] text = Files.readAllBytes(Path.of("src/test/resources/logs/torch-2.13/count_OFF.log"));
        int half = text.length / 2;
        try (ChildProcess collect = new ChildProcess(environment, "collect", "--logs", globs)) {
            listening(collect);
            Files.write(log, Arrays.copyOf(text, half));
            assertThat(collect.outLine("seg-042")).contains("job seg-042");
            collect.handle().destroy();
            assertThat(collect.exitStatus()).isZero();
            assertThat(collect.restOfOut()).contains("the ranks built different models");
        }
        try (ChildProcess collect = new ChildProcess(environment, "collect", "--logs", globs)) {
            listening(collect);
            Files.write(log, Arrays.copyOfRange(text, half, text.length), StandardOpenOption.APPEND);
            // The rest of the log ends the job; what was read before the restart is not told again.
            assertThat(collect.outLine("died")).contains("seg-042");
            assertThat(collect.outLine(".log:")).doesNotContain("ddp.model.count");
        }
    }

    private static InetSocketAddress listening(ChildProcess collect) throws Exception {
        String line = collect.errLine("listening on ");
        return new AddressConverter().convert(line.substring(line.lastIndexOf(' ') + 1));
    }
}
