package dev.gradwatch.collector.analysis.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Severity;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogBookTest {
    private final LogBook book = new LogBook();

    @Test
    void repeats_doNotUseUpTheRoomOfWhatIsNew() {
        for (int line = 1; line <= 340; line++) {
            assertThat(book.add(message(line))).isTrue();
        }
        // A node that was cut off tells all again, and goes on.
        for (int line = 1; line <= 340; line++) {
            assertThat(book.add(message(line))).isFalse();
        }
        for (int line = 341; line <= LogBook.MAX_OF_ONE; line++) {
            assertThat(book.add(message(line))).isTrue();
        }
        assertThat(book.messages()).hasSize(LogBook.MAX_OF_ONE);
    }

    @Test
    void messages_haveABoundForEachKindAndRank() {
        for (int line = 1; line <= LogBook.MAX_OF_ONE + 10; line++) {
            assertThat(book.add(message(line))).isTrue();
        }
        assertThat(book.messages()).hasSize(LogBook.MAX_OF_ONE);
    }

    private static LogMessage message(long line) {
        return new LogMessage(
                "ddp.unused.default",
                Severity.ERROR,
                "stderr",
                line,
                line,
                0,
                0,
                Map.of(),
                "line " + line,
                LogMessage.Guide.NONE);
    }
}
