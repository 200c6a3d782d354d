package dev.gradwatch.collector.source.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Captured logs of real jobs, as they are and as other machines would show them: the same facts. */
class CapturedLogsTest {
    private static final Path LOGS = Path.of("src/test/resources/logs");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Cutting a long log at every byte would take minutes; past this many bytes cuts are drawn by lot. */
    private static final int CUT_EVERYWHERE_BYTES = 4_000;

    private static final int CUTS = 400;

    static List<String> logs() throws IOException {
        List<String> names = new ArrayList<>();
        MAPPER.readTree(LOGS.resolve("expected.json").toFile()).fieldNames().forEachRemaining(names::add);
        return names;
    }

    static Stream<String> telling() throws IOException {
        return logs().stream().filter(name -> {
            try {
                return !read(name).isEmpty();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("logs")
    void log_givesItsFacts(String name) throws IOException {
        List<LogMessage> messages = read(name);

        JsonNode facts = MAPPER.readTree(LOGS.resolve("expected.json").toFile()).path(name);
        for (JsonNode fact : facts) {
            assertThat(messages)
                    .as("%s among %s", fact, messages.stream().map(Read::fact).toList())
                    .anyMatch(message -> holds(fact, message));
        }
        if (facts.isEmpty()) {
            assertThat(messages)
                    .filteredOn(message -> message.severity().compareTo(Severity.ERROR) >= 0)
                    .filteredOn(message -> Set.of("ddp", "sd", "nnunet").contains(group(message.id())))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("telling")
    void log_cutAnywhereAndContinued_givesTheSame(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(LOGS.resolve(name));
        List<LogMessage> whole = read(name);
        Random random = new Random(name.hashCode());
        int cuts = Math.min(bytes.length, CUT_EVERYWHERE_BYTES);
        for (int i = 0; i <= (bytes.length <= CUT_EVERYWHERE_BYTES ? cuts : CUTS); i++) {
            int at = bytes.length <= CUT_EVERYWHERE_BYTES ? i : random.nextInt(bytes.length);

            assertThat(Read.cut(bytes, Origin.of(name), at)).as("cut at " + at).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @MethodSource("telling")
    void log_behindContainersAndLaunchers_givesTheSame(String name) throws IOException {
        String text = Files.readString(LOGS.resolve(name), StandardCharsets.UTF_8);
        Map<String, Integer> facts = Read.facts(read(name));

        for (String prefix : List.of(
                "2026-11-22T03:07:32.627971822Z ",
                "2026-11-22T03:07:32.627971822Z stderr F ",
                "Nov 22 03:07:32 node7 train[123]: ")) {
            assertThat(Read.facts(Read.whole(prefixed(text, prefix))))
                    .as(prefix)
                    .isEqualTo(facts);
        }
    }

    @ParameterizedTest
    @MethodSource("telling")
    void log_asDockersFilesAndTerminalsAndWindowsWriteIt_givesTheSame(String name) throws IOException {
        String text = Files.readString(LOGS.resolve(name), StandardCharsets.UTF_8);
        Map<String, Integer> facts = Read.facts(read(name));
        StringBuilder docker = new StringBuilder();
        StringBuilder coloured = new StringBuilder();
        StringBuilder windows = new StringBuilder();
        for (String line : text.lines().toList()) {
            docker.append("{\"log\":")
                    .append(MAPPER.writeValueAsString(line + "\n"))
                    .append(",\"stream\":\"stderr\",\"time\":\"2026-11-22T03:07:32Z\"}\n");
            coloured.append("\u001b[1;31m").append(line).append("\u001b[0m\n");
            windows.append(line).append("\r\n");
        }

        assertThat(Read.facts(Read.whole(docker.toString()))).as("docker").isEqualTo(facts);
        assertThat(Read.facts(Read.whole(coloured.toString()))).as("colour").isEqualTo(facts);
        assertThat(Read.facts(Read.whole(windows.toString()))).as("CRLF").isEqualTo(facts);
    }

    private static String prefixed(String text, String prefix) {
        StringBuilder out = new StringBuilder();
        text.lines().forEach(line -> out.append(prefix).append(line).append('\n'));
        return out.toString();
    }

    /** Other lines between any two: they are of other ranks, so they end nothing. */
    @ParameterizedTest
    @MethodSource("telling")
    void log_withAnotherRanksLinesBetween_givesTheSame(String name) throws IOException {
        String text = Files.readString(LOGS.resolve(name), StandardCharsets.UTF_8);
        Map<String, Integer> facts = Read.facts(Read.whole(prefixed(text, "[default0]:")));
        StringBuilder mixed = new StringBuilder();
        Random random = new Random(name.hashCode());
        text.lines().forEach(line -> {
            mixed.append("[default0]:").append(line).append('\n');
            for (int i = random.nextInt(3); i > 0; i--) {
                mixed.append("[default1]:  step ")
                        .append(random.nextInt(1_000))
                        .append(" loss 0.")
                        .append(random.nextInt(100))
                        .append('\n');
            }
        });

        assertThat(Read.facts(Read.whole(mixed.toString()))).isEqualTo(facts);
    }

    /** Two ranks that print the same log at once, line by line in turn or by lot: each says what it says alone. */
    @ParameterizedTest
    @MethodSource("telling")
    void log_ofTwoRanksInterleaved_givesBoth(String name) throws IOException {
        List<String> lines = Files.readString(LOGS.resolve(name), StandardCharsets.UTF_8)
                .lines()
                .toList();
        Map<String, Integer> left = Read.facts(Read.whole(prefixed(String.join("\n", lines), "[default0]:")));
        Map<String, Integer> right = Read.facts(Read.whole(prefixed(String.join("\n", lines), "[default1]:")));
        Random random = new Random(name.hashCode());
        Iterator<String> first = lines.iterator();
        Iterator<String> second = lines.iterator();
        StringBuilder mixed = new StringBuilder();
        while (first.hasNext() || second.hasNext()) {
            boolean one = first.hasNext() && (!second.hasNext() || random.nextBoolean());
            mixed.append(one ? "[default0]:" : "[default1]:")
                    .append(one ? first.next() : second.next())
                    .append('\n');
        }
        Map<String, Integer> both = new java.util.TreeMap<>(left);
        right.forEach((fact, count) -> both.merge(fact, count, Integer::sum));

        assertThat(Read.facts(Read.whole(mixed.toString()))).isEqualTo(both);
    }

    private static List<LogMessage> read(String name) throws IOException {
        return Read.whole(Files.readAllBytes(LOGS.resolve(name)), Origin.of(name));
    }

    private static String group(String id) {
        return id.substring(0, id.indexOf('.'));
    }

    /** A fact's values are all in some message of its group; its id is a beginning where it has none. Lists in any order; a count for a list. */
    private static boolean holds(JsonNode fact, LogMessage message) {
        String id = fact.path("id").asText();
        List<JsonNode> wanted = new ArrayList<>();
        fact.fields().forEachRemaining(field -> {
            boolean empty = field.getValue().isEmpty() && field.getValue().isContainerNode();
            boolean none = id.equals("sd.error")
                    && field.getValue().isInt()
                    && field.getValue().asInt() == 0;
            if (!Set.of("id", "truncated", "lines").contains(field.getKey())
                    && !empty
                    && !none
                    && !field.getValue().isNull()) {
                wanted.add(field.getValue());
            }
        });
        if (!group(message.id()).equals(group(id))
                || (wanted.isEmpty() && !message.id().startsWith(id))) {
            return false;
        }
        List<JsonNode> values = new ArrayList<>();
        MAPPER.<JsonNode>valueToTree(message.fields()).forEach(values::add);
        if (message.rank() != null) {
            values.add(MAPPER.valueToTree(message.rank()));
        }
        return wanted.stream().allMatch(value -> values.stream().anyMatch(given -> same(value, given)));
    }

    private static boolean same(JsonNode wanted, JsonNode given) {
        if (wanted.isArray() && given.isArray()) {
            List<String> plain = texts(given);
            return wanted.size() == given.size()
                    && texts(wanted).stream().allMatch(text -> plain.stream().anyMatch(other -> other.contains(text)));
        }
        return wanted.isInt() && given.isArray()
                ? wanted.asInt() == given.size()
                : plain(wanted).equals(plain(given));
    }

    private static List<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(CapturedLogsTest::plain)
                .toList();
    }

    private static String plain(JsonNode value) {
        String text = value.isTextual() ? value.asText() : value.toString();
        return text.replace("torch.Size(", "").replace(")", "").replace(" ", "");
    }
}
