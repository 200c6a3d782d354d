package dev.gradwatch.collector.sink.webhook;

/**
 * For dialects that know no escape: what would be markup is replaced by a character that looks like it. Names stay readable; those that hold such
 * characters are hostile or rare, since Python's identifiers and module paths do not.
 */
final class Lookalikes {
    private static final String MARKUP = "*`[]<>#~|!\\@";
    /** The same, full width, in the same order. */
    private static final String INSTEAD = "\uFF0A\u02CB\uFF3B\uFF3D\uFF1C\uFF1E\uFF03\uFF5E\uFF5C\uFF01\uFF3C\uFF20";

    static String plain(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int at = MARKUP.indexOf(c);
            if (at >= 0) {
                plain.append(INSTEAD.charAt(at));
            } else if (c == '_' && isEdge(text, i)) {
                plain.append('\uFF3F');
            } else if ((c == '-' || c == '+') && i == 0) {
                plain.append('–');
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }

    /** Between two letters an underscore is one; beside a space or a dot it would begin or end emphasis. */
    private static boolean isEdge(String text, int i) {
        return i == 0
                || i == text.length() - 1
                || !Character.isLetterOrDigit(text.charAt(i - 1))
                || !Character.isLetterOrDigit(text.charAt(i + 1));
    }

    /** Between backticks only they, and the vendors' tags, mean anything. */
    static String inCode(String line) {
        return line.replace('`', '\u02CB').replace("<@", "\uFF1C@").replace("<font", "\uFF1Cfont");
    }

    private Lookalikes() {}
}
