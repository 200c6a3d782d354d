package dev.gradwatch.collector.source.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.Observation.RankProgressed;
import dev.gradwatch.collector.model.Observation.StepReported;
import dev.gradwatch.collector.source.tcp.tls.Certificates;
import dev.gradwatch.collector.source.tcp.tls.TlsFiles;
import dev.gradwatch.wire.FrameKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real source that speaks TLS, with sockets of all sorts at its other end. */
class TlsSourceTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMillis(200);

    private final Observed observed = new Observed();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @TempDir
    Path folder;

    private TlsFiles files;
    private InetSocketAddress address;

    @BeforeEach
    void makeCertificate() throws Exception {
        files = new Certificates(folder).make("a");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void reporter_isHeardOverTls(String version) throws Exception {
        TcpSource source = source(files, LONG);
        Reporter reporter = new Reporter(secure(files, version));
        opened.add(reporter);
        reporter.send(Golden.frames("hello", "manifest", "step-n0", "goodbye"));

        assertThat(reporter.frame()[4]).isEqualTo((byte) FrameKind.WELCOME);
        observed.next(RankJoined.class);
        assertThat(reporter.isClosed()).isTrue();
        await().untilAsserted(() -> assertThat(source.counts().accepted()).isEqualTo(4));
        assertThat(source.counts().failed()).isZero();
        assertThat(source.counts().handshakesFailed()).isZero();
        assertThat(source.counts().malformed()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.1", "TLSv1"})
    void version_thatIsTooOldIsNotSpoken(String version) throws Exception {
        TcpSource source = source(files, LONG);

        assertThatThrownBy(() -> secure(files, version)).isInstanceOf(SSLHandshakeException.class);
        assertThat(source.counts().accepted()).isZero();
    }

    @Test
    void plainText_whereTlsIsWanted_isToldSo() throws Exception {
        TcpSource source = source(files, LONG);
        Reporter reporter = plain(source).send(Golden.frame("hello"));

        assertThat(reporter.text(0))
                .isEqualTo("{\"reason\":\"connection: plain text (expected: TLS; set GRADWATCH_TLS_CA)\","
                        + "\"speaks\":[1,1]}");
        assertThat(reporter.isClosed()).isTrue();
        assertThat(observed.isEmpty()).isTrue();
        assertThat(source.counts().mismatched()).isEqualTo(1);
        assertThat(source.counts().refused()).isEqualTo(1);
        assertThat(source.counts().handshakesFailed()).isZero();
        assertThat(source.counts().failed()).isZero();
    }

    @Test
    void tls_wherePlainTextIsWanted_isToldSo() throws Exception {
        TcpSource source = source(null, LONG);

        assertThatThrownBy(() -> secure(files, "TLSv1.3")).isInstanceOf(IOException.class);
        await().untilAsserted(() -> assertThat(source.counts().mismatched()).isEqualTo(1));
        byte[] clientHello = {0x16, 3, 1, 2, 0, 1, 0, 1, -4, 3, 3};
        Reporter reporter = plain(source).send(clientHello);
        assertThat(reporter.text(0)).contains("connection: TLS (expected: plain text; unset GRADWATCH_TLS_CA)");
        assertThat(source.counts().failed()).isZero();
        assertThat(source.counts().malformed()).isZero();
    }

    @Test
    void certificate_thatTheReporterDoesNotTrust() throws Exception {
        TcpSource source = source(files, LONG);
        TlsFiles other = new Certificates(folder).make("b");

        assertThatThrownBy(() -> secure(other, "TLSv1.3")).isInstanceOf(SSLHandshakeException.class);
        await().untilAsserted(
                        () -> assertThat(source.counts().handshakesFailed()).isEqualTo(1));
        assertThat(source.counts().failed()).isZero();
    }

    @Test
    void handshake_thatStallsIsEnded() throws Exception {
        TcpSource source = source(files, SHORT);
        byte[] clientHello = {0x16, 3, 1, 2, 0, 1, 0, 1, -4, 3, 3};
        for (byte[] bytes : List.of(new byte[0], new byte[] {0x16}, clientHello)) {
            assertThat(plain(source).send(bytes).isClosed()).isTrue();
        }
        assertThat(source.counts().timedOut()).isEqualTo(3);
        assertThat(source.counts().handshakesFailed()).isZero();
        assertThat(source.counts().failed()).isZero();
    }

    @Test
    void connection_thatNeverSaysHelloOverTlsIsEnded() throws Exception {
        TcpSource source = source(files, Duration.ofSeconds(2));
        Reporter reporter = new Reporter(secure(files, "TLSv1.3"));
        opened.add(reporter);

        assertThat(reporter.isClosed()).isTrue();
        assertThat(source.counts().timedOut()).isEqualTo(1);
    }

    @Test
    void bytes_thatAreNoRecordEndTheConnection() throws Exception {
        TcpSource source = source(files, LONG);
        Socket raw = new Socket(address.getAddress(), address.getPort());
        Reporter reporter = new Reporter(over(raw, files, "TLSv1.3"));
        opened.add(reporter);
        reporter.send(Golden.frame("hello"));
        assertThat(reporter.frame()[4]).isEqualTo((byte) FrameKind.WELCOME);
        observed.next(RankJoined.class);
        raw.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8));

        RankLeft left = observed.next(RankLeft.class);
        assertThat(left.orderly()).isFalse();
        await().untilAsserted(() -> assertThat(source.counts().malformed()).isEqualTo(1));
        assertThat(source.counts().failed()).isZero();
    }

    @Test
    void certificate_thatIsReplaced_servesNewConnectionsWhileOldOnesLive() throws Exception {
        TcpSource source = source(files, LONG);
        Path before = Files.copy(files.certificate(), folder.resolve("before.pem"));
        Reporter living = new Reporter(secure(files, "TLSv1.3"));
        opened.add(living);
        living.send(Golden.frame("hello"));
        observed.next(RankJoined.class);

        TlsFiles next = new Certificates(folder).make("b");
        Files.move(next.key(), files.key(), StandardCopyOption.REPLACE_EXISTING);
        Files.move(next.certificate(), files.certificate(), StandardCopyOption.REPLACE_EXISTING);
        await().atMost(Duration.ofSeconds(30)).until(() -> isTrusted(files));

        assertThat(isTrusted(new TlsFiles(before, files.key()))).isFalse();
        living.send(Golden.frames("step", "goodbye"));
        observed.next(StepReported.class);
        observed.next(RankProgressed.class);
        assertThat(observed.next(RankLeft.class).orderly()).isTrue();
        assertThat(source.counts().brokenCertificates()).isZero();
    }

    private boolean isTrusted(TlsFiles certificate) {
        try (SSLSocket socket = secure(certificate, "TLSv1.3")) {
            return socket.isConnected();
        } catch (Exception e) {
            return false;
        }
    }

    @Test
    void start_withoutItsCertificate() {
        TlsFiles missing = new TlsFiles(folder.resolve("missing.pem"), files.key());
        TcpSource source =
                new TcpSource(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, missing, observed);
        opened.add(source);

        assertThatThrownBy(source::start)
                .isInstanceOf(IOException.class)
                .hasMessage("tls-cert: " + missing.certificate() + " is missing (expected: a PEM certificate chain)");
    }

    private TcpSource source(TlsFiles tls, Duration handshake) throws IOException {
        Sessions sessions = TcpSourceTest.sessions(null, observed, handshake, LONG, 64 << 20);
        TcpSource source = new TcpSource(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), sessions, tls);
        opened.add(source);
        address = source.start();
        return source;
    }

    private Reporter plain(TcpSource source) throws IOException {
        assertThat(source.counts().failed()).isZero();
        Reporter reporter = new Reporter(address);
        opened.add(reporter);
        return reporter;
    }

    private SSLSocket secure(TlsFiles trusted, String version) throws Exception {
        Socket raw = new Socket(address.getAddress(), address.getPort());
        try {
            return over(raw, trusted, version);
        } catch (Exception e) {
            raw.close();
            throw e;
        }
    }

    private static SSLSocket over(Socket raw, TlsFiles trusted, String version) throws Exception {
        SSLContext context = Certificates.trusting(trusted.certificate());
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(raw, "127.0.0.1", raw.getPort(), true);
        socket.setSoTimeout(10_000);
        socket.setEnabledProtocols(new String[] {version});
        socket.startHandshake();
        return socket;
    }
}
