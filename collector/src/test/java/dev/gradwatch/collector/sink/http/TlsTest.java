package dev.gradwatch.collector.sink.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.sink.http.guard.TokenHash;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    static Path made;

    @TempDir
    Path folder;

    private Path certificate;
    private Path key;

    @BeforeAll
    static void makePairs() throws Exception {
        makePair("first", "RSA");
        makePair("second", "RSA");
        makePair("third", "EC");
    }

    /** The JDK's own keytool, so that the test needs nothing else of the machine. */
    private static void makePair(String name, String algorithm) throws Exception {
        Path store = made.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        algorithm,
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-validity",
                        "30",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(made.resolve(name + ".log").toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream stream = new FileInputStream(store.toFile())) {
            keys.load(stream, PASSWORD);
        }
        Certificate leaf = keys.getCertificate("a");
        Files.writeString(made.resolve(name + ".crt"), pem("CERTIFICATE", leaf.getEncoded()));
        Files.writeString(
                made.resolve(name + ".key"),
                pem("PRIVATE KEY", keys.getKey("a", PASSWORD).getEncoded()));
    }

    private static String pem(String kind, byte[] der) {
        String lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return "-----BEGIN " + kind + "-----\n" + lines + "\n-----END " + kind + "-----\n";
    }

    @BeforeEach
    void useFirst() throws IOException {
        certificate = folder.resolve("tls.crt");
        key = folder.resolve("tls.key");
        use("first.crt", certificate);
        use("first.key", key);
    }

    private static void use(String from, Path to) throws IOException {
        Files.copy(made.resolve(from), to, StandardCopyOption.REPLACE_EXISTING);
    }

    private HttpOptions options() {
        return TestApi.options().withTls(new TlsFiles(certificate, key, Duration.ofMillis(50)));
    }

    private record Reply(String subject, String head) {}

    private static Reply ask(TestApi api, String request) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustsAll()}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory()
                .createSocket(new Socket("127.0.0.1", api.port()), "localhost", api.port(), true)) {
            socket.setSoTimeout(20_000);
            socket.startHandshake();
            X509Certificate leaf = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new Reply(
                    leaf.getSubjectX500Principal().getName(),
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static Reply health(TestApi api) throws Exception {
        return ask(api, "GET /api/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }

    @Test
    void server_answersOverTls() throws Exception {
        try (TestApi api = TestApi.of(options())) {
            Reply reply = health(api);
            assertThat(reply.subject()).isEqualTo("CN=first");
            assertThat(reply.head()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void cookie_isSecure() throws Exception {
        try (TestApi api = TestApi.of(options().withToken(TokenHash.of(TestApi.TOKEN)))) {
            String body = "{\"token\":\"" + TestApi.TOKEN + "\"}";
            Reply reply = ask(
                    api,
                    "POST /api/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                            + "Content-Length: " + body.length() + "\r\n\r\n" + body);
            assertThat(reply.head()).contains("; HttpOnly; SameSite=Strict; Secure");
        }
    }

    @Test
    void newPair_isUsedOnceItIsWhole() throws Exception {
        try (TestApi api = TestApi.of(options())) {
            use("second.crt", certificate);
            // Half of a renewal: the checks that see it must change nothing.
            Awaitility.await()
                    .pollDelay(Duration.ofMillis(200))
                    .until(() -> health(api).subject().equals("CN=first"));
            use("second.key", key);
            Awaitility.await().until(() -> health(api).subject().equals("CN=second"));
        }
    }

    @Test
    void brokenFile_keepsTheCertificateUntilAGoodOne() throws Exception {
        try (TestApi api = TestApi.of(options())) {
            Files.writeString(certificate, "-----BEGIN CERTIFICATE-----\nnonsense\n");
            Files.delete(key);
            Awaitility.await()
                    .pollDelay(Duration.ofMillis(200))
                    .until(() -> health(api).subject().equals("CN=first"));
            use("third.crt", certificate);
            use("third.key", key);
            Awaitility.await().until(() -> health(api).subject().equals("CN=third"));
        }
    }

    @Test
    void start_withoutAGoodPair_saysWhich() throws IOException {
        Files.writeString(key, "nonsense");
        assertThatThrownBy(() -> start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(certificate.toString())
                .hasMessageEndingWith("(expected: a PEM certificate chain and its PEM key)");
        use("second.key", key);
        assertThatThrownBy(() -> start())
                .hasMessageContaining(key + ": another certificate's key (expected: that of " + certificate + ")");
    }

    private void start() throws IOException {
        try (HttpApi api =
                new HttpApi(options(), new FakeDirectory(), new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))) {
            api.start();
        }
    }

    /** What is tested is which certificate the server has, not whether the machine trusts it. */
    private static final class TrustsAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
