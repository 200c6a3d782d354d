package dev.gradwatch.collector.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.Language;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.sink.http.AlertJson;
import dev.gradwatch.collector.sink.webhook.ChatServer.Received;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each channel's payload by its vendor's rules, in both languages, for what is usual, hostile and too large. */
class PayloadTest {
    static final Links LINKS = new Links("https://gradwatch.example.org/gw/");

    static Stream<Arguments> kindsAndLanguages() {
        return Stream.of(Kind.values())
                .flatMap(kind -> Stream.of(Language.values()).map(language -> Arguments.of(kind, language)));
    }

    @ParameterizedTest
    @MethodSource("kindsAndLanguages")
    void everyForm_isAsTheVendorDemands(Kind kind, Language language) {
        Telling telling = new Telling(language, LINKS);
        AlertEvent event = Events.deadHead(AlertEvent.Kind.OPENED, Events.START);
        for (Message message : List.of(
                telling.full(event),
                telling.brief(Events.deadHead(AlertEvent.Kind.RESOLVED, Events.START)),
                telling.cameAndWent(Events.deadHead(AlertEvent.Kind.RESOLVED, Events.START)),
                telling.sample(event),
                digest(telling))) {
            Received request = request(kind, message);
            VendorRules.check(kind, request, secret(kind), Events.START);
            assertThat(request.text()).contains("https://gradwatch.example.org/gw/#/");
        }
    }

    @ParameterizedTest
    @MethodSource("kindsAndLanguages")
    void full_saysAllThatAPersonNeeds(Kind kind, Language language) {
        Received request =
                request(kind, new Telling(language, LINKS).full(Events.deadHead(AlertEvent.Kind.OPENED, Events.START)));
        String text = request.json().toString().replace("\\\\", "").replace("&lt;", "<");
        assertThat(text)
                .contains(
                        language == Language.ZH
                                ? "已计算并返回，但未参与损失计算"
                                : "is computed and returned, but the loss never uses it")
                .contains("PlainConvUNet")
                .contains("train-7f")
                .contains("decoder.seg_layers.0.weight")
                .contains("1e-6")
                .contains(language == Language.ZH ? "第三次" : "the third forward raises")
                .contains("jobs/train-7f?finding=output_not_in_loss%2Fdecoder.seg_layers.0&lang=" + language.id());
    }

    @ParameterizedTest
    @MethodSource("kindsAndLanguages")
    void hostileNames_areShownAndCallNobody(Kind kind, Language language) {
        Telling telling = new Telling(language, LINKS);
        for (String name : Events.HOSTILE) {
            AlertEvent event = Events.named(name);
            for (Message message : List.of(
                    telling.full(event),
                    telling.brief(event),
                    telling.digest(
                            new Message.Tally(Map.of(Severity.ERROR, 6), 0, 0), List.of(event, event), "digest-1"))) {
                VendorRules.check(kind, request(kind, message), secret(kind), Events.START);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kindsAndLanguages")
    void whatIsTooLarge_isCutToTheVendorsLimits(Kind kind, Language language) {
        Telling telling = new Telling(language, LINKS);
        for (String letter : List.of("x", "层", "\"", "<", "😀", "\\", "_")) {
            AlertEvent event = Events.huge(letter);
            List<AlertEvent> many = new ArrayList<>();
            for (int i = 0; i < Telling.MAX_LINES; i++) {
                many.add(event);
            }
            Message full = telling.full(event);
            Message digest =
                    telling.digest(new Message.Tally(Map.of(Severity.CRITICAL, 1_000), 3, 4), many, "digest-1");
            for (Message message : List.of(full, digest)) {
                Received request = request(kind, message);
                VendorRules.check(kind, request, secret(kind), Events.START);
                assertThat(request.text()).contains("gradwatch.example.org");
            }
        }
    }

    static Message digest(Telling telling) {
        Map<Severity, Integer> open = new HashMap<>(Map.of(Severity.CRITICAL, 1, Severity.ERROR, 11));
        open.put(Severity.INFO, 2);
        List<AlertEvent> first = List.of(
                Events.event(
                        "1",
                        AlertEvent.Kind.OPENED,
                        Events.START,
                        Severity.CRITICAL,
                        "loss is not finite since step 120"),
                Events.deadHead(AlertEvent.Kind.OPENED, Events.START),
                Events.deadHead(AlertEvent.Kind.RESOLVED, Events.START));
        return telling.digest(new Message.Tally(open, 3, 2), first, "digest-1767225600000000-1767225660000000");
    }

    static String secret(Kind kind) {
        return kind.signs() ? "SECabcdef0123456789" : "";
    }

    /** As it would go over the wire. */
    static Received request(Kind kind, Message message) {
        return request(kind, message, "");
    }

    static Received request(Kind kind, Message message, String earlier) {
        Webhook webhook =
                Webhook.of("team", kind, URI.create("https://chat.example.org/hook/T000?key=K1234567"), secret(kind));
        Call call = kind.channel(AlertJson::event).call(message, webhook, earlier, Events.START);
        Map<String, List<String>> headers = new HashMap<>();
        headers.put("Content-Type", List.of("application/json"));
        call.headers().forEach((name, value) -> headers.put(name, List.of(value)));
        return new Received(call.method(), call.url(), headers, call.body());
    }
}
