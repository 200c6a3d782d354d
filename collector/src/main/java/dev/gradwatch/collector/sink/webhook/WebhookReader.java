package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gradwatch.collector.model.Language;
import dev.gradwatch.collector.model.Severity;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration's {@code webhooks}. Each method throws an {@link IllegalArgumentException} that names the key, such as {@code
 * webhooks[0].kind: slak (expected: slack, …)}, and shows neither a URL's path nor a secret.
 */
public final class WebhookReader {
    public static final int MAX_WEBHOOKS = 64;

    private static final Set<String> KEYS = Set.of(
            "name",
            "kind",
            "url",
            "url_file",
            "url_env",
            "secret",
            "secret_file",
            "secret_env",
            "min_severity",
            "language",
            "jobs",
            "quiet_hours",
            "digest",
            "http_hosts",
            "proxy");
    private static final Set<String> QUIET_KEYS = Set.of("from", "to", "zone");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,6})(s|m|h)");

    private final Function<String, @Nullable String> environment;

    /** @param environment the value of a variable; null where there is none */
    public WebhookReader(Function<String, @Nullable String> environment) {
        this.environment = environment;
    }

    /** @param list a list of objects; missing or null for none */
    public List<Webhook> read(JsonNode list) {
        if (list.isMissingNode() || list.isNull()) {
            return List.of();
        }
        if (!list.isArray() || list.size() > MAX_WEBHOOKS) {
            throw expected("webhooks", kind(list), "a list of at most " + MAX_WEBHOOKS);
        }
        List<Webhook> webhooks = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            Webhook webhook = within("webhooks[" + i + "]", list.get(i));
            if (!names.add(webhook.name())) {
                throw expected("webhooks[" + i + "].name", webhook.name(), "a name that no other webhook has");
            }
            webhooks.add(webhook);
        }
        return webhooks;
    }

    private Webhook within(String where, JsonNode node) {
        if (!node.isObject()) {
            throw expected(where, kind(node), "an object with name, kind and url");
        }
        try {
            only(node, KEYS);
            Kind kind = Kind.of(required(node, "kind"));
            return new Webhook(
                    required(node, "name"),
                    kind,
                    uri("url", secret(node, "url", true)),
                    secret(node, "secret", false),
                    severity(text(node, "min_severity", Severity.INFO.id())),
                    Language.of(text(node, "language", Language.EN.id())),
                    texts(node, "jobs"),
                    quietHours(node.path("quiet_hours")),
                    duration(text(node, "digest", "0s")),
                    new HashSet<>(texts(node, "http_hosts")),
                    node.hasNonNull("proxy") ? uri("proxy", required(node, "proxy")) : null);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + "." + e.getMessage(), e);
        }
    }

    private static void only(JsonNode node, Set<String> keys) {
        for (Iterator<String> given = node.fieldNames(); given.hasNext(); ) {
            String key = given.next();
            if (!keys.contains(key)) {
                throw expected(
                        key, "given", String.join(", ", keys.stream().sorted().toList()));
            }
        }
    }

    /** A value that should not stand in a file that others read may stand in a file of its own, or in the environment. */
    private String secret(JsonNode node, String key, boolean needed) {
        List<Supplier<String>> given = new ArrayList<>();
        if (node.hasNonNull(key)) {
            given.add(() -> required(node, key));
        }
        if (node.hasNonNull(key + "_file")) {
            given.add(() -> file(key + "_file", required(node, key + "_file")));
        }
        if (node.hasNonNull(key + "_env")) {
            given.add(() -> variable(key + "_env", required(node, key + "_env")));
        }
        if (given.size() > 1 || (needed && given.isEmpty())) {
            throw expected(key, given.size() + " given", "one of " + key + ", " + key + "_file and " + key + "_env");
        }
        return given.isEmpty() ? "" : given.get(0).get();
    }

    private static String file(String key, String path) {
        try {
            return Files.readString(Path.of(path)).strip();
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException(key + ": " + path + " (expected: a file that can be read)", e);
        }
    }

    private String variable(String key, String name) {
        String value = environment.apply(name);
        if (value == null || value.isBlank()) {
            throw expected(key, name, "a variable that is set");
        }
        return value.strip();
    }

    private static URI uri(String key, String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            // Neither its text nor the exception's may be shown, since both hold what lets a person in.
            throw expected(key, "not a URL", "such as https://HOST/…");
        }
    }

    private static Severity severity(String id) {
        for (Severity severity : Severity.values()) {
            if (severity.id().equals(id)) {
                return severity;
            }
        }
        throw expected("min_severity", id, "info, warning, error or critical");
    }

    private static @Nullable QuietHours quietHours(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isObject()) {
            throw expected("quiet_hours", kind(node), "from, to and zone");
        }
        only(node, QUIET_KEYS);
        return new QuietHours(
                time("quiet_hours.from", text(node, "from", "")),
                time("quiet_hours.to", text(node, "to", "")),
                zone(text(node, "zone", "")));
    }

    private static LocalTime time(String key, String text) {
        try {
            return LocalTime.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(key + ": " + text + " (expected: such as \"22:00\")", e);
        }
    }

    private static ZoneId zone(String id) {
        try {
            return id.isEmpty() ? ZoneId.systemDefault() : ZoneId.of(id);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("quiet_hours.zone: " + id + " (expected: such as Asia/Shanghai)", e);
        }
    }

    private static Duration duration(String text) {
        Matcher parts = DURATION.matcher(text);
        if (!parts.matches()) {
            throw expected("digest", text, "such as 30s, 10m or 1h");
        }
        long amount = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

    private static List<String> texts(JsonNode node, String key) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(text -> {
                if (text.isTextual()) {
                    texts.add(text.textValue());
                }
            });
        }
        if (!value.isArray() || texts.size() != value.size()) {
            throw expected(key, kind(value), "a list of texts");
        }
        return texts;
    }

    private static String required(JsonNode node, String key) {
        String value = text(node, key, "");
        if (value.isEmpty()) {
            throw expected(key, "nothing", "a text");
        }
        return value;
    }

    private static String text(JsonNode node, String key, String otherwise) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isTextual()) {
            throw expected(key, kind(value), "a text");
        }
        return value.textValue().strip();
    }

    private static IllegalArgumentException expected(String key, String value, String expectation) {
        return new IllegalArgumentException(key + ": " + value + " (expected: " + expectation + ")");
    }

    private static String kind(JsonNode value) {
        return "a " + value.getNodeType().name().toLowerCase(java.util.Locale.ROOT);
    }
}
