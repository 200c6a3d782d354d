package dev.gradwatch.collector.source.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiteralFilterTest {
    private final LiteralFilter filter =
            new LiteralFilter(List.of("Traceback (most", "out of memory", "abcdefgh", "marked as ready twice"));

    @Test
    void find_literalAtEveryPlaceOfAText() {
        for (String literal : filter.literals()) {
            for (int place = 0; place < 70; place++) {
                byte[] text = bytes(".".repeat(place) + literal + ".".repeat(40));

                assertThat(filter.find(text, 0, text.length))
                        .as(literal + " at " + place)
                        .isEqualTo(place);
                assertThat(filter.find(text, 0, place + literal.length())).isEqualTo(place);
            }
        }
    }

    @Test
    void find_literalThatReachesBeyondTheRange_isNotFound() {
        byte[] text = bytes("xxout of memoryxx");

        assertThat(filter.find(text, 3, text.length)).isEqualTo(-1);
        assertThat(filter.find(text, 0, 14)).isEqualTo(-1);
        assertThat(filter.find(text, 2, 15)).isEqualTo(2);
    }

    @Test
    void find_rangeShorterThanALiteral() {
        for (int length = 0; length < 8; length++) {
            assertThat(filter.find(bytes("abcdefgh"), 0, length)).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void find_agreesWithIndexOf(long seed) {
        Random random = new Random(seed);
        List<String> literals = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            literals.add(letters(random, 4 + random.nextInt(12)));
        }
        LiteralFilter many = new LiteralFilter(literals);
        for (int round = 0; round < 300; round++) {
            String text = letters(random, random.nextInt(400))
                    + (random.nextBoolean() ? literals.get(random.nextInt(literals.size())) : "")
                    + letters(random, random.nextInt(100));
            byte[] bytes = bytes(text);
            boolean there = literals.stream().anyMatch(text::contains);

            int found = many.find(bytes, 0, bytes.length);

            assertThat(found >= 0).as(text).isEqualTo(there);
            if (found >= 0) {
                assertThat(literals).anyMatch(literal -> text.startsWith(literal, found));
            }
            List<Integer> all =
                    many.all(bytes, 0, bytes.length).stream().boxed().toList();
            for (int i = 0; i < literals.size(); i++) {
                assertThat(all.contains(i))
                        .as(literals.get(i) + " in " + text)
                        .isEqualTo(text.contains(literals.get(i)));
            }
        }
    }

    @Test
    void all_literalsThatOverlap() {
        LiteralFilter overlapping = new LiteralFilter(List.of("ready only once", "only once. This"));
        byte[] text = bytes("to mark a variable ready only once. This error");

        assertThat(overlapping.all(text, 0, text.length).stream().toArray()).containsExactly(0, 1);
    }

    @Test
    void new_shortLiteral_isRefused() {
        assertThatThrownBy(() -> new LiteralFilter(List.of("abc")))
                .hasMessage("literal: abc (expected: at least 4 bytes)");
    }

    private static String letters(Random random, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append((char) ('a' + random.nextInt(3)));
        }
        return text.toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
