package dev.gradwatch.collector.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.Language;
import dev.gradwatch.collector.sink.webhook.ChatServer.Received;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The payloads that the documents show are those that are sent. {@code -Dwebhook.snapshots=write} writes them anew. */
class SnapshotTest {
    private static final Path FOLDER = Path.of("docs", "webhooks");
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    static Stream<Arguments> snapshots() {
        Stream<Arguments> english = Stream.of(Kind.values()).map(kind -> Arguments.of(kind, Language.EN, kind.id()));
        Stream<Arguments> chinese = Stream.of(Kind.FEISHU, Kind.DINGTALK, Kind.WECOM)
                .map(kind -> Arguments.of(kind, Language.ZH, kind.id() + ".zh"));
        Stream<Arguments> digests = Stream.of(Arguments.of(Kind.SLACK, Language.EN, "slack.digest"));
        return Stream.of(english, chinese, digests).flatMap(all -> all);
    }

    @ParameterizedTest
    @MethodSource("snapshots")
    void document_isWhatIsSent(Kind kind, Language language, String name) throws IOException {
        Telling telling = new Telling(language, new Links("https://gradwatch.example.org"));
        Message message = name.endsWith(".digest")
                ? PayloadTest.digest(telling)
                : telling.full(Events.deadHead(AlertEvent.Kind.OPENED, Events.START));
        Received request = PayloadTest.request(kind, message);
        String sent = MAPPER.writeValueAsString(request.json()) + "\n";
        Path file = FOLDER.resolve(name + ".json");
        if ("write".equals(System.getProperty("webhook.snapshots"))) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, sent);
        }
        assertThat(Files.readString(file)).isEqualTo(sent);
    }
}
