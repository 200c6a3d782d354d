package dev.gradwatch.collector.sink.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalTest {
    @Test
    void colour_needsATerminalThatWantsIt() {
        assertThat(of(Map.of("COLUMNS", "80"), true).colour()).isTrue();
        assertThat(of(Map.of("COLUMNS", "80"), false).colour()).isFalse();
        assertThat(of(Map.of("COLUMNS", "80", "NO_COLOR", "1"), true).colour()).isFalse();
        assertThat(of(Map.of("COLUMNS", "80", "NO_COLOR", ""), true).colour()).isTrue();
        assertThat(of(Map.of("COLUMNS", "80", "TERM", "dumb"), true).colour()).isFalse();
    }

    @Test
    void columns_areKeptReadable() {
        assertThat(of(Map.of("COLUMNS", "80"), false).columns()).isEqualTo(80);
        assertThat(of(Map.of("COLUMNS", "20"), false).columns()).isEqualTo(Terminal.MIN_COLUMNS);
        assertThat(of(Map.of("COLUMNS", "400"), false).columns()).isEqualTo(Terminal.MAX_COLUMNS);
        assertThat(of(Map.of("COLUMNS", "wide"), false).columns()).isEqualTo(Terminal.DEFAULT_COLUMNS);
        assertThat(of(Map.of(), false).columns()).isEqualTo(Terminal.DEFAULT_COLUMNS);
    }

    @Test
    void otherEncodings_areAscii() {
        assertThat(of(Map.of(), false).unicode()).isTrue();
        assertThat(Terminal.of(Map.of(), false, StandardCharsets.US_ASCII).unicode())
                .isFalse();
    }

    private static Terminal of(Map<String, String> environment, boolean terminal) {
        return Terminal.of(environment, terminal, StandardCharsets.UTF_8);
    }
}
