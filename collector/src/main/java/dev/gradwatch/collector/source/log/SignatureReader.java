package dev.gradwatch.collector.source.log;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gradwatch.collector.model.LogMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** One signature out of its JSON. Each complaint names the key, the value and what was expected. */
final class SignatureReader {
    private static final Set<String> SEVERITIES = Set.of("critical", "fatal", "error", "warning", "info", "n/a");
    private static final Set<String> KEYS = Set.of(
            "id",
            "severity",
            "literals",
            "pattern",
            "fields",
            "serial",
            "unless",
            "parts",
            "block",
            "named",
            "alone",
            "prefix",
            "every_line",
            "before",
            "template",
            "means",
            "fix",
            "trap",
            "source",
            "versions");
    private static final int DEFAULT_BLOCK_LINES = 200;
    private static final int MAX_BLOCK_LINES = 100_000;

    static Signature read(JsonNode node) {
        node.fieldNames().forEachRemaining(key -> {
            if (!KEYS.contains(key)) {
                throw new IllegalArgumentException(key + ": unknown key (expected: one of "
                        + KEYS.stream().sorted().toList() + ")");
            }
        });
        String id = text(node, "id");
        if (!id.matches("[\\w-]+(\\.[\\w-]+)*")) {
            throw new IllegalArgumentException(
                    "id: " + id + " (expected: words joined by dots, such as team.loader.empty)");
        }
        String severity = node.path("severity").asText("error");
        if (!SEVERITIES.contains(severity)) {
            throw new IllegalArgumentException("severity: " + severity + " (expected: one of "
                    + SEVERITIES.stream().sorted().toList() + ")");
        }
        boolean prefix = node.path("prefix").asBoolean();
        return new Signature(
                id,
                severity,
                prefix || !node.has("pattern") ? null : probe(node),
                node.has("before") ? before(node.path("before")) : null,
                node.path("serial").asBoolean(),
                strings(node.path("unless"), "unless"),
                parts(node.path("parts")),
                node.has("block") ? block(node.path("block")) : null,
                optional(node, "named"),
                optional(node, "alone"),
                prefix ? prefix(node) : null,
                node.path("template").asText(),
                new LogMessage.Guide(
                        node.path("means").asText(),
                        node.path("fix").asText(),
                        node.path("trap").asText()),
                node.path("source").asText(),
                node.path("versions").asText());
    }

    private static Signature.Probe probe(JsonNode node) {
        Pattern pattern = pattern(node, "pattern");
        List<String> literals = strings(node.path("literals"), "literals");
        if (literals.isEmpty()) {
            throw new IllegalArgumentException(
                    "literals: none (expected: text that is in every line that the pattern matches)");
        }
        for (String literal : literals) {
            if (literal.getBytes(StandardCharsets.UTF_8).length < LiteralFilter.MIN_LITERAL_BYTES
                    || literal.indexOf('\n') >= 0) {
                throw new IllegalArgumentException("literals: \"" + literal + "\" (expected: at least "
                        + LiteralFilter.MIN_LITERAL_BYTES + " bytes of one line)");
            }
        }
        return new Signature.Probe(literals, pattern, fields(node.path("fields"), pattern));
    }

    private static List<Signature.Part> parts(JsonNode list) {
        List<Signature.Part> parts = new ArrayList<>();
        for (JsonNode node : list) {
            parts.add(new Signature.Part(
                    probe(node),
                    node.path("last").asBoolean(),
                    node.path("near").asBoolean()));
        }
        return parts;
    }

    private static Signature.Block block(JsonNode node) {
        int maxLines = node.path("max_lines").asInt(DEFAULT_BLOCK_LINES);
        if (maxLines < 1 || maxLines > MAX_BLOCK_LINES) {
            throw new IllegalArgumentException("max_lines: " + maxLines + " (expected: 1-" + MAX_BLOCK_LINES + ")");
        }
        if (!node.has("while") && !node.has("until")) {
            throw new IllegalArgumentException("block: without an end (expected: while or until)");
        }
        List<Signature.Extract> extracts = new ArrayList<>();
        for (JsonNode extract : node.path("extract")) {
            Pattern pattern = pattern(extract, "pattern");
            if (extract.has("map") && groups(pattern) < 2) {
                throw new IllegalArgumentException("map: " + pattern + " (expected: two groups, key and value)");
            }
            extracts.add(new Signature.Extract(
                    pattern,
                    fields(extract.path("fields"), pattern),
                    optional(extract, "each"),
                    optional(extract, "map")));
        }
        return new Signature.Block(
                optionalPattern(node, "while"),
                optionalPattern(node, "until"),
                optionalPattern(node, "until_after"),
                maxLines,
                extracts);
    }

    private static Signature.Before before(JsonNode node) {
        Pattern pattern = pattern(node, "pattern");
        return new Signature.Before(pattern, fields(node.path("fields"), pattern));
    }

    private static Signature.Prefix prefix(JsonNode node) {
        Pattern pattern = pattern(node, "pattern");
        return new Signature.Prefix(
                pattern,
                fields(node.path("fields"), pattern),
                node.path("every_line").asBoolean());
    }

    private static List<Field> fields(JsonNode list, Pattern pattern) {
        List<Field> fields = new ArrayList<>();
        for (String spec : strings(list, "fields")) {
            Field field = Field.parse(spec);
            if (field.group() > groups(pattern)) {
                throw new IllegalArgumentException(
                        "field: " + spec + " (expected: a group up to " + groups(pattern) + ")");
            }
            fields.add(field);
        }
        return fields;
    }

    private static int groups(Pattern pattern) {
        return pattern.matcher("").groupCount();
    }

    private static Pattern pattern(JsonNode node, String key) {
        String regex = text(node, key);
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    key + ": " + regex + ": " + e.getDescription() + " (expected: a Java regular expression)", e);
        }
    }

    private static @Nullable Pattern optionalPattern(JsonNode node, String key) {
        return node.has(key) ? pattern(node, key) : null;
    }

    private static String text(JsonNode node, String key) {
        JsonNode value = node.path(key);
        if (!value.isTextual() || value.textValue().isEmpty()) {
            throw new IllegalArgumentException(
                    key + ": " + (value.isMissingNode() ? "missing" : value) + " (expected: text)");
        }
        return value.textValue();
    }

    private static @Nullable String optional(JsonNode node, String key) {
        return node.hasNonNull(key) ? text(node, key) : null;
    }

    private static List<String> strings(JsonNode list, String key) {
        List<String> strings = new ArrayList<>();
        for (JsonNode item : list) {
            if (!item.isTextual()) {
                throw new IllegalArgumentException(key + ": " + item + " (expected: text)");
            }
            strings.add(item.textValue());
        }
        return strings;
    }

    private SignatureReader() {}
}
