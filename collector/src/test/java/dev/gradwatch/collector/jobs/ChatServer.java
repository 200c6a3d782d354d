package dev.gradwatch.collector.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Takes what is sent to webhooks, one path a channel, and answers as it is told to. */
public final class ChatServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Got> got = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private volatile String answer = "ok";
    private volatile Consumer<Got> before = message -> {};
    private volatile Consumer<Got> after = message -> {};

    /**
     * A message that came.
     *
     * @param key the header by which a receiver knows one that comes again; empty where there is none
     */
    public record Got(String path, JsonNode body, String key, Instant at) {}

    private ChatServer(HttpServer server) {
        this.server = server;
    }

    public static ChatServer start() throws IOException {
        ChatServer chat = new ChatServer(HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0));
        chat.server.createContext("/", chat::take);
        chat.server.setExecutor(chat.threads);
        chat.server.start();
        return chat;
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
            Got message = new Got(
                    exchange.getRequestURI().getPath(),
                    JSON.readTree(exchange.getRequestBody().readAllBytes()),
                    key == null ? "" : key,
                    Instant.now());
            got.add(message);
            before.accept(message);
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
            after.accept(message);
        }
    }

    /** From now on. */
    public void answers(int withStatus, String withBody) {
        answer = withBody;
        status = withStatus;
    }

    /** Called with each message, on the thread that answers it. */
    void onMessage(Consumer<Got> beforeTheAnswer, Consumer<Got> afterIt) {
        before = beforeTheAnswer;
        after = afterIt;
    }

    public String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** In the order of coming. */
    public List<Got> got(String path) {
        return got.stream().filter(message -> message.path().equals(path)).toList();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
