package dev.gradwatch.collector.sink.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CellsTest {
    private final Cells cells = new Cells(true);

    @Test
    void width_countsWideAndCombiningCharacters() {
        assertThat(Cells.width("encoder")).isEqualTo(7);
        assertThat(Cells.width("\u89e3\u7801\u5668")).isEqualTo(6);
        assertThat(Cells.width("e\u0301")).isEqualTo(1);
        assertThat(Cells.width("\ud83d\ude00")).isEqualTo(2);
        assertThat(Cells.width("\u001b[1;31mred\u001b[0m")).isEqualTo(3);
    }

    @Test
    void cut_keepsHeadAndTailInTheirCells() {
        assertThat(cells.cut("decoder", 7)).isEqualTo("decoder");
        assertThat(cells.cut("decoder.seg_layers.0", 9)).isEqualTo("deco…rs.0");
        assertThat(Cells.width(cells.cut("\u89e3\u7801\u5668\u89e3\u7801\u5668", 6)))
                .isLessThanOrEqualTo(6);
        assertThat(cells.cut("abc", 0)).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void clean_escapesWhatMovesTheCursor() {
        assertThat(cells.clean("a\u0007b\u009bc\u2028d\u200be\tf\ud800"))
                .isEqualTo("a\\x07b\\x9bc\\u2028d\\u200be    f\\ud800");
    }

    @Test
    void clean_withoutUnicode_isAscii() {
        assertThat(new Cells(false).clean("2 × “a” · \u89e3…")).isEqualTo("2 x \"a\" - \\u89e3...");
    }

    @Test
    void wrap_breaksAtSpaces() {
        assertThat(Cells.wrap("one two  three", 7)).containsExactly("one two", "three");
        assertThat(Cells.wrap("averylongword is one", 5)).containsExactly("averylongword", "is", "one");
        assertThat(Cells.wrap("", 5)).containsExactly("");
    }
}
