package dev.gradwatch.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Cuts texts to the protocol's limits, at whole characters. A text within its limit comes back as it is. */
final class Text {
    private static final String CUT = "…";

    private Text() {}

    /** A name, its end cut off past {@link Limits#MAX_NAME_BYTES}. */
    static String name(String name) {
        return fits(name, Limits.MAX_NAME_BYTES) ? name : head(name, Limits.MAX_NAME_BYTES - bytes(CUT)) + CUT;
    }

    /** A message or a traceback, its middle cut out past {@link Limits#MAX_TEXT_BYTES}: the cause stands at one end or the other. */
    static String message(String text) {
        return middle(text, Limits.MAX_TEXT_BYTES);
    }

    static String middle(String text, int mostBytes) {
        if (fits(text, mostBytes)) {
            return text;
        }
        int half = (mostBytes - bytes(CUT)) / 2;
        return head(text, half) + CUT + tail(text, half);
    }

    /** The words of a command, each a name, as many of the first ones as so many bytes hold. */
    static List<String> words(List<String> words, int mostBytes) {
        List<String> kept = new ArrayList<>();
        int bytes = 0;
        for (String word : words) {
            String cut = name(word);
            bytes += bytes(cut) + 3;
            if (bytes > mostBytes) {
                break;
            }
            kept.add(cut);
        }
        return kept;
    }

    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static boolean fits(String text, int mostBytes) {
        // A char takes at most three bytes, so most texts need not be encoded to know.
        return text.length() <= mostBytes / 3 || bytes(text) <= mostBytes;
    }

    private static String head(String text, int mostBytes) {
        int bytes = 0;
        int end = 0;
        while (end < text.length()) {
            int c = text.codePointAt(end);
            bytes += bytesOf(c);
            if (bytes > mostBytes) {
                break;
            }
            end += Character.charCount(c);
        }
        return text.substring(0, end);
    }

    private static String tail(String text, int mostBytes) {
        int bytes = 0;
        int start = text.length();
        while (start > 0) {
            int c = text.codePointBefore(start);
            bytes += bytesOf(c);
            if (bytes > mostBytes) {
                break;
            }
            start -= Character.charCount(c);
        }
        return text.substring(start);
    }

    private static int bytesOf(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }
}
