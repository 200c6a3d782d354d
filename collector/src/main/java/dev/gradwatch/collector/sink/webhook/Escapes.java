package dev.gradwatch.collector.sink.webhook;

import java.util.function.UnaryOperator;

/** What makes a text show as itself where the vendor says how. */
final class Escapes {
    private static final String DISCORD = "\\*_~`|>#[]()<>@:-+!";
    private static final String MATTERMOST = "\\*_~`|>#[](){}!+-";
    /** Takes no room; a name behind it calls nobody. */
    private static final char NOTHING = '\u200B';

    /** Slack's and Google's tags begin with a bracket; both know these three entities, and no other is needed. */
    static String entities(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    static String discord(String text) {
        return backslashed(text, DISCORD);
    }

    /** Mattermost has no escape for mentions and emoji, and reads Slack's tags before it reads any escape. */
    static String mattermost(String text) {
        StringBuilder escaped = new StringBuilder();
        String marked = backslashed(text.replace('<', '\uFF1C'), MATTERMOST);
        for (int i = 0; i < marked.length(); i++) {
            char c = marked.charAt(i);
            escaped.append(c);
            boolean first = c == ':' && i + 1 < marked.length() && marked.charAt(i + 1) != ' ';
            if (c == '@' || first) {
                escaped.append(NOTHING);
            }
        }
        return escaped.toString();
    }

    /** As much of a text as fits when it is escaped, so that no escape is cut in two. */
    static String cut(String text, int most, UnaryOperator<String> escape) {
        String escaped = escape.apply(text);
        for (int chars = Math.min(text.length(), most); escaped.length() > most && chars > 1; chars -= 4) {
            escaped = escape.apply(Cut.chars(text, chars));
        }
        return escaped;
    }

    private static String backslashed(String text, String markup) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (markup.indexOf(c) >= 0) {
                escaped.append('\\');
            }
            escaped.append(c);
        }
        return escaped.toString();
    }

    private Escapes() {}
}
