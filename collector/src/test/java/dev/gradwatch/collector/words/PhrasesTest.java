package dev.gradwatch.collector.words;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Language;
import org.junit.jupiter.api.Test;

class PhrasesTest {
    private static final Phrases CHINESE = Phrases.in(Language.ZH);

    @Test
    void english_isTheVeryFinding() {
        Finding finding = finding();

        assertThat(Phrases.in(Language.EN).of(finding)).isSameAs(finding);
        assertThat(Phrases.in(Language.EN).of("anything")).isEqualTo("anything");
    }

    @Test
    void chinese_saysTitleDetailAndReasons_andLeavesTheRest() {
        Finding finding = finding();

        Finding spoken = CHINESE.of(finding);

        assertThat(spoken.title()).isEqualTo(CHINESE.of(finding.title())).isNotEqualTo(finding.title());
        assertThat(spoken.detail()).isNotEqualTo(finding.detail());
        assertThat(spoken.advice())
                .extracting(Advice::why)
                .doesNotContainAnyElementsOf(
                        finding.advice().stream().map(Advice::why).toList());
        assertThat(spoken)
                .usingRecursiveComparison()
                .ignoringFields("title", "detail", "advice.why", "avoid.why")
                .isEqualTo(finding);
    }

    /** Of a rank that leaves a head unused, which another uses. */
    private static Finding finding() {
        return TestJob.withDefault("body", "aux_head")
                .pass(0)
                .probe(new int[] {0}, new int[] {0})
                .diesOfUnused(0, "2 3")
                .diesOfUnused(1, "2 3")
                .finding();
    }

    @Test
    void names_stayAsTheyAre_evenWhereTheyLookLikeSentences() {
        assertThat(CHINESE.of("a. b is used, c and 3 more are computed and returned, but the loss never uses them"))
                .startsWith("a. b is used, c 等")
                .contains("3")
                .endsWith("未参与损失计算");
        assertThat(
                        CHINESE.of(
                                "seg is computed and returned, but the loss never uses it and x is computed and returned, but the loss never uses it"))
                .startsWith("seg is computed and returned, but the loss never uses it 和 x ");
    }

    @Test
    void ranks_areSaidWithTheirNumbers() {
        assertThat(CHINESE.of("aux got no gradient on ranks 0,2-5")).isEqualTo("aux 在 rank 0,2-5 上未收到梯度");
        assertThat(CHINESE.of("aux got no gradient on all 8 ranks")).isEqualTo("aux 在全部 8 个 rank 上未收到梯度");
        assertThat(CHINESE.of("aux got no gradient on both ranks")).isEqualTo("aux 在两个 rank 上未收到梯度");
    }

    @Test
    void unknownSentence_staysEnglish_beside_onesThatAreKnown() {
        assertThat(CHINESE.of("It is on already. Nobody wrote this. Nothing raises; each rank's result is its own."))
                .isEqualTo("它已经开启。Nobody wrote this. 不会报错；每个 rank 得到的只是自己的结果。");
    }

    @Test
    void emptyText_staysEmpty() {
        assertThat(CHINESE.of("")).isEmpty();
    }

    @Test
    void namesMadeOfTheBooksOwnWords_costABoundedNumberOfPlaces() {
        StringBuilder text = new StringBuilder();
        while (text.length() < 9_800) {
            text.append("x got no gradient, on rank 0, in the 3 steps seen; and is used on some ranks, ");
        }

        Fit fit = Translated.BOOK.fit();
        fit.sentence("sentences", text + "on rank 0.");

        assertThat(fit.places()).isBetween(1, Fit.MAX_PLACES + 1);
    }

    @Test
    void text_thatIsTooLong_comesAsItIs() {
        String text = "It is on already. ".repeat(600);

        assertThat(CHINESE.of(text)).isEqualTo(text);
    }

    @Test
    void sentences_pastTheBound_stayAsTheyAre() {
        String text = "It is on already. ".repeat(Book.MAX_SENTENCES + 2).strip();

        assertThat(CHINESE.of(text))
                .isEqualTo("它已经开启。".repeat(Book.MAX_SENTENCES) + "It is on already. It is on already.");
    }

    @Test
    void text_isTheSame_whetherRememberedOrNot() {
        String text = "head is used in some steps only";
        String first = CHINESE.of(text);
        for (int i = 0; i < 3_000; i++) {
            CHINESE.of("head." + i + " is used in some steps only");
        }

        assertThat(CHINESE.of(text)).isEqualTo(first).isEqualTo("head 仅在部分迭代中使用");
    }
}
