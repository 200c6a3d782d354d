package dev.gradwatch.collector.sink.webhook;

import dev.gradwatch.collector.sink.webhook.Message.Section;
import java.util.function.UnaryOperator;

/**
 * A message's parts below its headline as one of the dialects of Markdown.
 *
 * @param plain makes a text show as itself
 * @param gap what stands between two paragraphs
 * @param fenced whether code may be a block; else each of its lines is code by itself
 */
record Markdown(UnaryOperator<String> plain, String gap, boolean fenced) {
    private static final String FENCE = "```";

    String body(Message message) {
        StringBuilder text = new StringBuilder();
        ChatWords words = new ChatWords(message.language());
        if (!message.detail().isEmpty()) {
            text.append(plain.apply(message.detail())).append(gap);
        }
        for (Section section : message.sections()) {
            section(text, section, words);
        }
        return text.toString().stripTrailing();
    }

    private void section(StringBuilder text, Section section, ChatWords words) {
        if (!section.label().isEmpty()) {
            text.append("**").append(plain.apply(section.label())).append("**");
            text.append(section.text().isEmpty() ? gap : words.colon());
        }
        if (!section.text().isEmpty()) {
            text.append(plain.apply(section.text())).append(gap);
        }
        for (String line : section.lines()) {
            text.append("- ").append(plain.apply(line)).append('\n');
        }
        if (section.more() > 0) {
            text.append("- ").append(words.more(section.more())).append('\n');
        }
        if (!section.lines().isEmpty() && gap.length() > 1) {
            text.append('\n');
        }
        if (!section.code().isEmpty()) {
            code(text, section.code());
        }
    }

    private void code(StringBuilder text, String code) {
        if (fenced) {
            text.append(FENCE).append('\n').append(code.replace('`', '\u02CB')).append('\n');
            text.append(FENCE).append(gap);
            return;
        }
        for (String line : code.lines().toList()) {
            if (!line.isBlank()) {
                text.append('`').append(Lookalikes.inCode(line)).append('`').append(gap);
            }
        }
    }
}
