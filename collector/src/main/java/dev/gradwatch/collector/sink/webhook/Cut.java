package dev.gradwatch.collector.sink.webhook;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/** Makes texts fit. What was cut ends with an ellipsis. */
final class Cut {
    private static final String ELLIPSIS = "…";
    /** Past it a message is its headline. */
    private static final int MAX_ROUNDS = 12;

    /** At most so many UTF-16 units, and no half of a pair. */
    static String chars(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = Math.max(0, most - ELLIPSIS.length());
        if (end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end) + ELLIPSIS;
    }

    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Renders a message, shorter and shorter, until it is within a limit. */
    static <T> T fit(Message message, Function<Message, T> rendering, ToIntFunction<T> size, int most) {
        Message shown = message;
        T rendered = rendering.apply(shown);
        for (int round = 0; round < MAX_ROUNDS && size.applyAsInt(rendered) > most; round++) {
            shown = round < 4 ? shown.shorter() : shown.withoutLast();
            rendered = rendering.apply(shown);
        }
        return rendered;
    }

    /** One line: a name may hold line breaks, and characters that turn the direction of what stands behind it. */
    static String line(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (Character.isWhitespace(c) || Character.isISOControl(c)) {
                line.append(' ');
            } else if (Character.getType(c) != Character.FORMAT) {
                line.appendCodePoint(c);
            }
        });
        return line.toString().strip();
    }

    /** Code keeps its line breaks and its spaces, and nothing else that cannot be seen. */
    static String code(String text) {
        StringBuilder code = new StringBuilder(text.length());
        text.stripTrailing().codePoints().forEach(c -> {
            if (c == '\n' || (!Character.isISOControl(c) && Character.getType(c) != Character.FORMAT)) {
                code.appendCodePoint(c);
            }
        });
        return code.toString();
    }

    private Cut() {}
}
