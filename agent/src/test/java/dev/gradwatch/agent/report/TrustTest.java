package dev.gradwatch.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.agent.report.FakeCollector.Connection;
import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.FrameKind;
import dev.gradwatch.wire.Refused;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS to a collector: whom the reporter trusts, and what it says where it does not. */
@Timeout(120)
class TrustTest {
    private static final long FINISH_MILLIS = 5_000;

    @TempDir
    static Path folder;

    private static Authority authority;
    private static SSLContext server;

    @BeforeAll
    static void make() throws Exception {
        authority = new Authority(folder, "ca");
        server = authority.context("server", "ip:127.0.0.1");
    }

    @Test
    void everything_arrivesToTheGoodbye() throws Exception {
        try (FakeCollector collector = new FakeCollector(0, FakeCollector.WELCOME, server)) {
            TestJob job = new TestJob(collector.port, "job=test,tls-ca=" + authority.ca, 3);
            job.train(30);
            job.reporter.finish("exit", FINISH_MILLIS);
            assertThat(collector.sees(() -> !collector.all(FrameKind.GOODBYE).isEmpty()))
                    .isTrue();
            assertThat(collector.all(FrameKind.STEP)).hasSize(30);
            assertThat(job.said).isEmpty();
        }
    }

    @Test
    void collectorThatDies_getsTheLedgerWhenItIsBack() throws Exception {
        FakeCollector first = new FakeCollector(0, FakeCollector.WELCOME, server);
        TestJob job = new TestJob(first.port, "job=test,tls-ca=" + authority.ca, 3);
        job.train(5);
        assertThat(first.sees(() -> first.all(FrameKind.STEP).size() == 5)).isTrue();
        first.close();
        job.train(5);
        try (FakeCollector second = new FakeCollector(first.port, FakeCollector.WELCOME, server)) {
            job.reporter.finish("exit", FINISH_MILLIS);
            assertThat(second.sees(() -> !second.all(FrameKind.GOODBYE).isEmpty()))
                    .isTrue();
            Connection connection = second.connections.get(second.connections.size() - 1);
            assertThat(connection
                            .of(FrameKind.LEDGER)
                            .get(0)
                            .json()
                            .get("watched")
                            .asInt())
                    .isEqualTo(10);
        }
    }

    @Test
    void certificateThatIsNoCa_isTrustedItself() throws Exception {
        try (FakeCollector collector = new FakeCollector(0, FakeCollector.WELCOME, server)) {
            TestJob job = new TestJob(collector.port, "job=test,tls-ca=" + authority.certificate("server"), 3);
            job.train(1);
            job.reporter.finish("exit", FINISH_MILLIS);
            assertThat(collector.sees(() -> !collector.all(FrameKind.GOODBYE).isEmpty()))
                    .isTrue();
        }
    }

    @Test
    void wrongCa_isSaidOnceAndNothingIsTold() throws Exception {
        Authority other = new Authority(folder, "other");
        assertThat(distrusted(other.ca, server))
                .isEqualTo(": its certificate: unable to find valid certification path to requested target"
                        + " (expected: one that tls-ca or GRADWATCH_TLS_CA trusts, for this host)"
                        + "; what is seen is kept and sent when that is mended");
    }

    @Test
    void certificateForAnotherHost_isSaidOnceAndNothingIsTold() throws Exception {
        assertThat(distrusted(authority.ca, authority.context("elsewhere", "ip:10.9.8.7")))
                .startsWith(": its certificate: No subject alternative names matching IP address 127.0.0.1 found")
                .contains("for this host");
    }

    @Test
    void collectorOfPlainText_isSaidOnce() throws Exception {
        byte[] refused = new FrameBuffer()
                .add(new Refused("connection: TLS (expected: plain text)"))
                .toByteArray();
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            TestJob job = new TestJob(server.getLocalPort(), "job=test,tls-ca=" + authority.ca, 3);
            for (int i = 0; i < 2; i++) {
                try (Socket plain = server.accept()) {
                    assertThat(plain.getInputStream().read()).isEqualTo(0x16);
                    plain.getOutputStream().write(refused);
                    plain.shutdownOutput();
                    plain.getInputStream().transferTo(OutputStream.nullOutputStream());
                }
            }
            job.reporter.finish("exit", FINISH_MILLIS);
            assertThat(job.said)
                    .containsExactly("collector 127.0.0.1:" + server.getLocalPort()
                            + ": it answers in plain text (expected: TLS, so a collector with --tls-cert; or no tls-ca"
                            + " and no GRADWATCH_TLS_CA); what is seen is kept and sent when that is mended");
        }
    }

    private static String distrusted(Path ca, SSLContext context) throws Exception {
        try (FakeCollector collector = new FakeCollector(0, FakeCollector.WELCOME, context)) {
            TestJob job = new TestJob(collector.port, "job=test,tls-ca=" + ca, 3);
            job.train(3);
            // The second connection is made after the first one's failure was said.
            assertThat(collector.sees(() -> collector.connections.size() > 1)).isTrue();
            job.reporter.finish("exit", FINISH_MILLIS);
            assertThat(collector.all(FrameKind.HELLO)).isEmpty();
            assertThat(job.said).hasSize(1);
            assertThat(job.reporter.isOff()).isTrue();
            String place = "collector 127.0.0.1:" + collector.port;
            assertThat(job.said.get(0)).startsWith(place);
            return job.said.get(0).substring(place.length());
        }
    }
}
