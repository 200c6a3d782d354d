package dev.gradwatch.collector.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gradwatch.collector.sink.webhook.ChatServer.Received;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What each vendor's documents demand of a request, checked as their servers do. Shares no code with what is tested. */
final class VendorRules {
    static void check(Kind kind, Received request, String secret, long nowMicros) {
        assertThat(request.header("Content-Type")).startsWith("application/json");
        switch (kind) {
            case SLACK -> slack(request.json());
            case DISCORD -> discord(request);
            case TEAMS -> teams(request);
            case FEISHU -> feishu(request, secret, nowMicros);
            case DINGTALK -> dingtalk(request, secret, nowMicros);
            case WECOM -> wecom(request.json());
            case MATTERMOST -> mattermost(request);
            case GOOGLECHAT -> googlechat(request);
            case GENERIC -> generic(request, secret);
        }
    }

    private static void slack(JsonNode json) {
        only(json, "text", "blocks", "unfurl_links");
        assertThat(json.path("text").textValue()).isNotBlank().doesNotContain("<", ">");
        assertThat(json.path("text").textValue().replaceAll("&(amp|lt|gt);", ""))
                .doesNotContain("&");
        assertThat(json.path("blocks").size()).isBetween(1, 50);
        for (JsonNode block : json.path("blocks")) {
            if (block.path("type").asText().equals("header")) {
                assertThat(block.path("text").path("type").asText()).isEqualTo("plain_text");
                length(block.path("text").path("text"), 150);
            } else {
                assertThat(block.path("type").asText()).isEqualTo("rich_text");
                block.path("elements").forEach(VendorRules::slackRich);
            }
        }
    }

    private static void slackRich(JsonNode element) {
        switch (element.path("type").asText()) {
            case "rich_text_list" -> {
                assertThat(element.path("style").asText()).isIn("bullet", "ordered");
                assertThat(element.path("elements")).isNotEmpty();
                element.path("elements").forEach(VendorRules::slackRich);
            }
            case "rich_text_section", "rich_text_preformatted" -> {
                assertThat(element.path("elements")).isNotEmpty();
                element.path("elements").forEach(part -> {
                    assertThat(part.path("type").asText()).isIn("text", "link");
                    length(part.path("text"), 3_000);
                });
            }
            default -> throw new AssertionError(element);
        }
    }

    private static void discord(Received request) {
        JsonNode json = request.json();
        only(json, "embeds", "allowed_mentions");
        boolean edit = request.method().equals("PATCH");
        assertThat(edit || request.uri().getQuery().contains("wait=true")).isTrue();
        assertThat(json.at("/allowed_mentions/parse").isArray()).isTrue();
        assertThat(json.at("/allowed_mentions/parse")).isEmpty();
        assertThat(json.path("embeds").size()).isBetween(1, 10);
        int sum = 0;
        for (JsonNode embed : json.path("embeds")) {
            only(embed, "title", "url", "description", "color", "footer");
            length(embed.path("title"), 256);
            assertThat(embed.path("description").textValue()).hasSizeLessThanOrEqualTo(4_096);
            length(embed.at("/footer/text"), 2_048);
            assertThat(embed.path("color").asInt()).isBetween(0, 0xFFFFFF);
            sum += embed.path("title").textValue().length()
                    + embed.path("description").textValue().length()
                    + embed.at("/footer/text").textValue().length();
            String plain = embed.path("description").textValue().replaceAll("(?s)```.*?```", "");
            assertThat(plain + embed.path("title").textValue()).doesNotContainPattern("(?<!\\\\)[\\[<@|]");
        }
        assertThat(sum).isLessThanOrEqualTo(6_000);
    }

    private static void teams(Received request) {
        assertThat(request.body().length).isLessThanOrEqualTo(28 * 1_024);
        JsonNode json = request.json();
        assertThat(json.path("type").asText()).isEqualTo("message");
        assertThat(json.path("attachments")).hasSize(1);
        JsonNode attachment = json.path("attachments").get(0);
        assertThat(attachment.path("contentType").asText()).isEqualTo("application/vnd.microsoft.card.adaptive");
        JsonNode card = attachment.path("content");
        assertThat(card.path("type").asText()).isEqualTo("AdaptiveCard");
        assertThat(card.path("version").asText()).isIn("1.2", "1.3", "1.4", "1.5");
        assertThat(card.path("body")).isNotEmpty();
        // A text block would read Markdown.
        card.path("body").forEach(block -> {
            assertThat(block.path("type").asText()).isEqualTo("RichTextBlock");
            assertThat(block.path("inlines")).isNotEmpty();
            block.path("inlines").forEach(run -> {
                assertThat(run.path("type").asText()).isEqualTo("TextRun");
                assertThat(run.path("text").textValue()).doesNotContain("\n");
            });
        });
        card.path("actions")
                .forEach(action -> assertThat(action.path("type").asText()).isEqualTo("Action.OpenUrl"));
        assertThat(card.at("/msteams/entities").isMissingNode()).isTrue();
    }

    private static void feishu(Received request, String secret, long nowMicros) {
        assertThat(request.body().length).isLessThanOrEqualTo(20_000);
        JsonNode json = request.json();
        if (!secret.isEmpty()) {
            String timestamp = json.path("timestamp").textValue();
            assertThat(Math.abs(Long.parseLong(timestamp) - nowMicros / 1_000_000))
                    .isLessThan(3_600);
            byte[] sign = hmac((timestamp + "\n" + secret).getBytes(StandardCharsets.UTF_8), new byte[0]);
            assertThat(json.path("sign").textValue())
                    .isEqualTo(Base64.getEncoder().encodeToString(sign));
        }
        assertThat(json.path("msg_type").asText()).isEqualTo("interactive");
        assertThat(json.path("card").toString())
                .as("the keyword that a bot may demand")
                .contains("Gradwatch");
        JsonNode card = json.path("card");
        assertThat(card.at("/header/template").asText())
                .isIn("blue", "wathet", "turquoise", "green", "yellow", "orange", "red", "carmine", "violet", "grey");
        assertThat(card.path("elements")).isNotEmpty();
        for (JsonNode content : card.findParents("content")) {
            assertThat(content.path("tag").asText()).isEqualTo("plain_text");
            assertThat(content.path("content").textValue()).isNotBlank();
        }
    }

    private static void dingtalk(Received request, String secret, long nowMicros) {
        assertThat(request.body().length).isLessThanOrEqualTo(20_000);
        JsonNode json = request.json();
        assertThat(json.path("msgtype").asText()).isEqualTo("markdown");
        assertThat(json.at("/markdown/title").textValue()).isNotBlank();
        String text = json.at("/markdown/text").textValue();
        assertThat(text).contains("Gradwatch");
        assertThat(json.at("/at/isAtAll").asBoolean(true)).isFalse();
        harmless(text);
        if (!secret.isEmpty()) {
            Matcher query = Pattern.compile("timestamp=(\\d+)&sign=([A-Za-z0-9+/=]+)$")
                    .matcher(request.uri().getQuery());
            assertThat(query.find()).as("%s", request.uri()).isTrue();
            assertThat(Math.abs(Long.parseLong(query.group(1)) - nowMicros / 1_000))
                    .isLessThan(3_600_000);
            byte[] sign = hmac(
                    secret.getBytes(StandardCharsets.UTF_8),
                    (query.group(1) + "\n" + secret).getBytes(StandardCharsets.UTF_8));
            assertThat(query.group(2)).isEqualTo(Base64.getEncoder().encodeToString(sign));
            assertThat(request.uri().getRawQuery()).doesNotContain("+");
        }
    }

    private static void wecom(JsonNode json) {
        assertThat(json.path("msgtype").asText()).isEqualTo("markdown");
        String content = json.at("/markdown/content").textValue();
        assertThat(content.getBytes(StandardCharsets.UTF_8).length).isBetween(1, 4_096);
        harmless(content);
    }

    /** Of a dialect without escapes: outside of code, the one link is ours, and no tag is left. */
    private static void harmless(String markdown) {
        String outside = markdown.replaceAll("`[^`\n]*`", "");
        assertThat(outside.split("\\]\\(", -1)).hasSize(2);
        assertThat(outside).doesNotContain("<", "@", "`");
        assertThat(markdown).doesNotContain("<@", "<font");
    }

    private static void mattermost(Received request) {
        assertThat(request.text().length()).isLessThanOrEqualTo(16_383);
        JsonNode json = request.json();
        only(json, "attachments");
        for (JsonNode attachment : json.path("attachments")) {
            assertThat(attachment.path("fallback").textValue()).isNotBlank();
            assertThat(attachment.path("color").textValue()).matches("#[0-9A-F]{6}");
            String text = attachment.path("title").textValue()
                    + attachment.path("text").textValue().replaceAll("(?s)```.*?```", "");
            assertThat(text).doesNotContainPattern("@(?!\u200B)").doesNotContainPattern("(?<!\\\\)[\\[<]");
        }
    }

    private static void googlechat(Received request) {
        assertThat(request.body().length).isLessThanOrEqualTo(32_000);
        JsonNode json = request.json();
        if (json.has("thread")) {
            assertThat(json.at("/thread/threadKey").textValue()).hasSizeBetween(1, 4_000);
            assertThat(request.uri().getQuery()).contains("messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD");
        }
        assertThat(json.has("text")).isFalse();
        assertThat(json.path("cardsV2")).hasSize(1);
        JsonNode card = json.path("cardsV2").get(0).path("card");
        assertThat(card.at("/header/title").textValue()).isNotBlank();
        for (JsonNode section : card.path("sections")) {
            assertThat(section.path("widgets").size()).isBetween(1, 100);
            for (JsonNode widget : section.path("widgets")) {
                String text = widget.at("/textParagraph/text").asText("");
                assertThat(text.replaceAll("</?b>|<br>|<font face=\"monospace\">|</font>", ""))
                        .doesNotContain("<", ">");
            }
        }
    }

    private static void generic(Received request, String secret) {
        assertThat(request.header("Idempotency-Key")).isNotBlank();
        assertThat(request.body().length).isLessThanOrEqualTo(262_144);
        if (!secret.isEmpty()) {
            String expected = HexFormat.of().formatHex(hmac(secret.getBytes(StandardCharsets.UTF_8), request.body()));
            assertThat(request.header("X-Gradwatch-Signature")).isEqualTo("sha256=" + expected);
        }
        assertThat(request.json().path("kind").textValue()).isNotBlank();
        assertThat(request.json().path("alert").isObject()
                        || request.json().path("alerts").isInt())
                .isTrue();
    }

    private static void only(JsonNode node, String... names) {
        List<String> given = new ArrayList<>();
        node.fieldNames().forEachRemaining(given::add);
        assertThat(Set.of(names)).containsAll(given);
    }

    private static void length(JsonNode text, int most) {
        assertThat(text.textValue()).isNotBlank().hasSizeLessThanOrEqualTo(most);
    }

    private static byte[] hmac(byte[] key, byte[] text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private VendorRules() {}
}
