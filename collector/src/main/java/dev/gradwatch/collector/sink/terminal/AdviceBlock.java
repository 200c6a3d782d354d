package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.words.ActionWords;

/** {@code Fix}, {@code Or} and {@code Not}: what to do about a finding, in order of preference, and what not to. */
final class AdviceBlock {
    private static final int LABEL_CELLS = 6;
    private static final int TEXT_INDENT = 2 + LABEL_CELLS;
    private static final int CODE_INDENT = TEXT_INDENT + 2;

    static void print(Finding finding, Paper paper) {
        String label = paper.palette.good("Fix");
        for (Advice advice : finding.advice()) {
            paper.hanging(label, LABEL_CELLS, withReason(ActionWords.advise(advice.action()), advice.why()));
            if (advice.snippet() != null && !advice.snippet().isBlank()) {
                paper.code(CODE_INDENT, advice.snippet());
            }
            label = paper.palette.strong("Or");
        }
        for (Advice avoid : finding.avoid()) {
            paper.hanging(
                    paper.palette.bad("Not"), LABEL_CELLS, withReason(ActionWords.avoid(avoid.action()), avoid.why()));
        }
    }

    private static String withReason(String words, String why) {
        if (words.isEmpty()) {
            return why;
        }
        boolean sentence = !why.isEmpty() && Character.isUpperCase(why.charAt(0));
        return words + (why.isEmpty() ? "." : sentence ? ". " : ": ") + why;
    }

    private AdviceBlock() {}
}
