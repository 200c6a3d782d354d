package dev.gradwatch.collector.source.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BytesTest {
    @Test
    void lineEnds_agreesWithCounting() {
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            byte[] text = new byte[random.nextInt(60)];
            random.nextBytes(text);
            for (int i = 0; i < text.length; i++) {
                // Neighbours of the line feed, with and without the highest bit, are what word tricks get wrong.
                text[i] = random.nextInt(3) == 0
                        ? (byte) (9 + random.nextInt(3) + (random.nextBoolean() ? 128 : 0))
                        : text[i];
            }
            int from = random.nextInt(text.length + 1);
            int count = 0;
            int first = text.length;
            for (int i = text.length - 1; i >= from; i--) {
                if (text[i] == '\n') {
                    count++;
                    first = i;
                }
            }

            assertThat(Bytes.lineEnds(text, from, text.length)).isEqualTo(count);
            assertThat(Bytes.lineEnd(text, from, text.length)).isEqualTo(first);
        }
    }

    @Test
    void lineStart_stopsAtTheRangesBegin() {
        byte[] text = {'a', '\n', 'b', 'c'};

        assertThat(Bytes.lineStart(text, 0, 3)).isEqualTo(2);
        assertThat(Bytes.lineStart(text, 3, 3)).isEqualTo(3);
        assertThat(Bytes.lineStart(text, 0, 0)).isZero();
    }
}
