package dev.gradwatch.collector.source.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gradwatch.collector.model.LogMessage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each signature on a text of a real job, or of the source that prints it: {@code signature-samples.json}. */
class SignatureSamplesTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** A text, and what must come of it. */
    record Sample(JsonNode node) {
        String id() {
            return node.path("id").asText();
        }

        String text() {
            return node.path("text").asText();
        }

        @Override
        public String toString() {
            return (node.path("id").isNull() ? "ordinary" : id()) + ": "
                    + text().lines().findFirst().orElse("");
        }
    }

    static Stream<Sample> messages() throws IOException {
        return samples()
                .filter(sample ->
                        !sample.node().path("id").isNull() && !sample.node().has("rest"));
    }

    static Stream<Sample> prefixes() throws IOException {
        return samples().filter(sample -> sample.node().has("rest"));
    }

    static Stream<Sample> ordinary() throws IOException {
        return samples().filter(sample -> sample.node().path("id").isNull());
    }

    private static Stream<Sample> samples() throws IOException {
        try (InputStream in = SignatureSamplesTest.class.getResourceAsStream("/signature-samples.json")) {
            JsonNode samples = MAPPER.readTree(Objects.requireNonNull(in));
            return StreamSupport.stream(samples.spliterator(), false).map(Sample::new);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void message_isToldWithItsFields(Sample sample) {
        List<LogMessage> told = Read.whole(sample.text() + "\n");

        assertThat(told).as("told: %s", told.stream().map(Read::fact).toList()).anySatisfy(message -> {
            assertThat(message.id()).isEqualTo(sample.id());
            if (sample.node().has("rank")) {
                assertThat(message.rank()).isEqualTo(sample.node().path("rank").asInt());
            }
            JsonNode fields = MAPPER.valueToTree(message.fields());
            sample.node()
                    .path("fields")
                    .fields()
                    .forEachRemaining(expected -> assertThat((Object) fields.path(expected.getKey()))
                            .as(expected.getKey())
                            .usingComparator(byValue())
                            .isEqualTo(expected.getValue()));
        });
    }

    /** 1 and 1.0 are one value. */
    private static Comparator<Object> byValue() {
        return (a, b) -> a instanceof JsonNode left
                        && b instanceof JsonNode right
                        && left.equals(
                                (x, y) -> x.isNumber() && y.isNumber()
                                        ? Double.compare(x.asDouble(), y.asDouble())
                                        : x.equals(y) ? 0 : 1,
                                right)
                ? 0
                : 1;
    }

    @ParameterizedTest
    @MethodSource("prefixes")
    void prefix_isTakenOff(Sample sample) {
        Signature.Prefix prefix = Read.SIGNATURES.all().stream()
                .filter(signature -> signature.id().equals(sample.id()))
                .map(Signature::prefix)
                .findFirst()
                .orElseThrow();
        Matcher matcher = Objects.requireNonNull(prefix).pattern().matcher(sample.text());

        assertThat(matcher.lookingAt()).isTrue();
        assertThat(sample.text().substring(matcher.end()))
                .isEqualTo(sample.node().path("rest").asText());
    }

    @ParameterizedTest
    @MethodSource("ordinary")
    void ordinaryLine_isNone(Sample sample) {
        assertThat(Read.whole(sample.text() + "\n")).map(Read::fact).isEmpty();
    }

    @Test
    void everySignature_hasASample() throws IOException {
        Set<String> sampled = samples().map(Sample::id).collect(Collectors.toSet());

        assertThat(Read.SIGNATURES.all())
                .filteredOn(signature -> signature.head() != null || signature.prefix() != null)
                .extracting(Signature::id)
                .isSubsetOf(sampled);
    }
}
