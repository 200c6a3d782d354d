package dev.gradwatch.collector.cli.child;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ForegroundGroupTest {
    @Test
    void groupOfTheTerminal_isForeground() {
        assertThat(ForegroundGroup.isForeground("4054 (java) S 12 4054 77 34816 4054 4194304 1 2 3"))
                .isTrue();
    }

    @Test
    void otherGroupOfTheTerminal_isBackground() {
        assertThat(ForegroundGroup.isForeground("4054 (java) S 12 4054 77 34816 99 4194304 1 2 3"))
                .isFalse();
    }

    @Test
    void noTerminal_isBackground() {
        assertThat(ForegroundGroup.isForeground("4054 (java) S 12 4054 77 0 -1 4194304 1 2 3"))
                .isFalse();
    }

    @Test
    void nameWithSpacesAndParentheses_isSkipped() {
        assertThat(ForegroundGroup.isForeground("4054 (a) (b 1 2) S 12 4054 77 34816 4054 4194304 1"))
                .isTrue();
    }

    @Test
    void shortLine_isBackground() {
        assertThat(ForegroundGroup.isForeground("")).isFalse();
    }
}
