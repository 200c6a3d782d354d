package dev.gradwatch.collector.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.sink.webhook.ChatServer.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Real sockets, and servers that do what servers do. */
class HttpPostTest {
    @Test
    void answer_comesBackWhole() throws Exception {
        try (ChatServer server =
                new ChatServer(request -> new Reply(429, Map.of("Retry-After", "3"), "slow down: " + request.text()))) {
            Answer answer = post(null).send(call(server.url("/hook?a=b")));
            assertThat(answer).isEqualTo(new Answer(429, "3", "slow down: {}", 5));
            assertThat(server.all().get(0).header("Idempotency-Key")).isEqualTo("k");
            assertThat(server.all().get(0).uri().toString()).isEqualTo("/hook?a=b");
        }
    }

    @Test
    void redirect_isNotFollowed() throws Exception {
        try (ChatServer other = new ChatServer(request -> Reply.of(200, "ok"));
                ChatServer server = new ChatServer(request ->
                        new Reply(307, Map.of("Location", other.url("/stolen").toString()), ""))) {
            assertThat(post(null).send(call(server.url("/hook"))).status()).isEqualTo(307);
            assertThat(other.all()).isEmpty();
        }
    }

    @Test
    void hugeAnswer_isReadNoFurtherThanItsBound() throws Exception {
        try (ChatServer server = new ChatServer(request -> Reply.of(200, "x".repeat(5_000_000)))) {
            assertThat(post(null).send(call(server.url("/"))).body()).hasSize(HttpPost.MAX_ANSWER_BYTES);
        }
    }

    @Test
    void silentServer_timesOut() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> impatient().send(call(url(silent, "/secret"))))
                    .isInstanceOf(IOException.class)
                    .hasMessage("no answer in 300 ms");
        }
    }

    /** The headers come at once, the body never ends. */
    @Test
    void tricklingServer_timesOut() throws Exception {
        try (ServerSocket trickling = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Socket> accepted = CompletableFuture.supplyAsync(() -> {
                try {
                    Socket socket = trickling.accept();
                    socket.getOutputStream()
                            .write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx"
                                    .getBytes(StandardCharsets.US_ASCII));
                    socket.getOutputStream().flush();
                    return socket;
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThatThrownBy(() -> impatient().send(call(url(trickling, "/secret"))))
                    .hasMessage("no answer in 300 ms");
            accepted.join().close();
        }
    }

    @Test
    void resetConnection_failsWithoutThePath() throws Exception {
        try (ServerSocket resetting = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> reset = CompletableFuture.runAsync(() -> {
                try (Socket socket = resetting.accept()) {
                    socket.getInputStream().read();
                    socket.setSoLinger(true, 0);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThatThrownBy(() -> post(null).send(call(url(resetting, "/secret"))))
                    .isInstanceOf(IOException.class)
                    .message()
                    .isNotBlank()
                    .doesNotContain("secret");
            reset.join();
        }
    }

    @Test
    void nobodyThere_isSaid() throws Exception {
        ServerSocket closed = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        closed.close();
        assertThatThrownBy(() -> post(null).send(call(url(closed, "/secret"))))
                .hasMessage("connection refused, or the host is not known");
    }

    @Test
    void proxy_isAskedInsteadOfTheHost() throws Exception {
        try (ChatServer proxy = new ChatServer(request -> Reply.of(200, "by proxy"))) {
            Answer answer = post(URI.create("http://127.0.0.1:" + proxy.port()))
                    .send(call(URI.create("http://chat.example.invalid/hook")));
            assertThat(answer.body()).isEqualTo("by proxy");
            assertThat(proxy.all().get(0).header("Host")).isEqualTo("chat.example.invalid");
        }
    }

    private static HttpPost post(URI proxy) {
        return new HttpPost(proxy, HttpPost.CONNECT, HttpPost.WHOLE, () -> 5);
    }

    private static HttpPost impatient() {
        return new HttpPost(null, Duration.ofMillis(300), Duration.ofMillis(300), () -> 5);
    }

    private static Call call(URI url) {
        return new Call("POST", url, Map.of("Idempotency-Key", "k"), "{}".getBytes(StandardCharsets.UTF_8));
    }

    private static URI url(ServerSocket socket, String path) {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort() + path);
    }
}
