package dev.gradwatch.collector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Asks a running collector. Blocks; errors are one line that says what the collector answered, or that none does. */
final class ApiClient {
    static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient client;
    private final String base;
    private final @Nullable String token;
    private final Duration patience;

    private ApiClient(HttpClient client, String base, @Nullable String token, Duration patience) {
        this.client = client;
        this.base = base;
        this.token = token;
        this.patience = patience;
    }

    /** @param ca the certificate to trust; null for those of Java */
    static ApiClient of(InetSocketAddress address, @Nullable String token, @Nullable Path ca, boolean tls)
            throws IOException {
        return of(address, token, ca, tls, TIMEOUT);
    }

    /** @param patience how long to wait for a connection, and for an answer */
    static ApiClient of(
            InetSocketAddress address, @Nullable String token, @Nullable Path ca, boolean tls, Duration patience)
            throws IOException {
        HttpClient.Builder client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(patience)
                .followRedirects(HttpClient.Redirect.NEVER);
        if (ca != null) {
            client.sslContext(trusting(ca));
        }
        String base = (tls ? "https://" : "http://") + AddressConverter.text(address, address.getPort());
        return new ApiClient(client.build(), base, token == null || token.isBlank() ? null : token.strip(), patience);
    }

    private static SSLContext trusting(Path ca) throws IOException {
        try (InputStream in = Files.newInputStream(ca)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca" + number++, certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IOException("tls-ca: " + ca + " cannot be used (expected: a PEM certificate)", e);
        }
    }

    /** A part of a path, or a value of a query. */
    static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return send(request(path).GET().build());
    }

    JsonNode post(String path, ObjectNode body) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .header("X-Gradwatch", "1")
                .POST(HttpRequest.BodyPublishers.ofByteArray(MAPPER.writeValueAsBytes(body)))
                .build());
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(patience)
                .header("Accept", "application/json");
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return request;
    }

    private JsonNode send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer;
        try {
            answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (ConnectException e) {
            throw new IOException("http: nobody answers at " + base + " (expected: a running gradwatch collect)", e);
        } catch (HttpTimeoutException e) {
            throw new IOException("http: no answer from " + base + " within " + patience.toSeconds() + " s", e);
        } catch (IOException e) {
            throw new IOException("http: " + base + ": " + e.getMessage() + " (expected: a gradwatch collector)", e);
        }
        JsonNode body = parsed(answer.body());
        if (answer.statusCode() / 100 == 2) {
            return body;
        }
        boolean unknown = answer.statusCode() == 401 && token == null;
        if (unknown) {
            throw new IOException(
                    "http: " + base + " wants a token (expected: --people-token or GRADWATCH_PEOPLE_TOKEN)");
        }
        String detail = body.path("detail").asText(body.path("title").asText("status " + answer.statusCode()));
        String expected = body.path("expected").asText("");
        boolean told = expected.isEmpty() || detail.contains("(expected: ");
        throw new IOException(told ? detail : detail + " (expected: " + expected + ")");
    }

    private static JsonNode parsed(byte[] body) {
        try {
            return MAPPER.readTree(body);
        } catch (IOException e) {
            return MAPPER.createObjectNode();
        }
    }
}
