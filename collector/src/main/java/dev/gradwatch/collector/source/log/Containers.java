package dev.gradwatch.collector.source.log;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Undoes what container runtimes do to lines: docker's json-file driver wraps them in JSON, Kubernetes' log files say of each whether it is whole,
 * and both cut at 16 KiB.
 */
final class Containers {
    /** {@code {"log":"…\n","stream":"stderr","time":"…"}}; the order of the members is the driver's. */
    private static final String DOCKER = "{\"log\":\"";

    private static final Pattern CRI = Pattern.compile(
            "^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(?:Z|[-+]\\d\\d:\\d\\d) (?:stdout|stderr) ([FP])(?::\\w+)* ");

    private static final int MAX_CHARS = LogText.MAX_LINE_BYTES;

    private final StringBuilder pieces = new StringBuilder();
    private boolean repacked;

    /** Whether pieces of a line are there and its end is not. */
    boolean isOpen() {
        return pieces.length() > 0;
    }

    /** Whether the text that {@link #unpack} gave last differs from the bytes it came from. */
    boolean repacked() {
        return repacked;
    }

    /** The line as the process wrote it, from its only or last piece; null where more pieces come. */
    @Nullable
    String unpack(String line) {
        repacked = false;
        boolean whole;
        String text;
        if (line.startsWith(DOCKER)) {
            text = PlainText.clean(unescape(line, DOCKER.length()));
            whole = text.endsWith("\n") || pieces.length() > MAX_CHARS;
            text = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
            repacked = true;
        } else {
            Matcher cri = line.isEmpty() || line.charAt(0) < '0' || line.charAt(0) > '9' ? null : CRI.matcher(line);
            if (cri == null || !cri.lookingAt()) {
                return line;
            }
            whole = cri.group(1).equals("F") || pieces.length() > MAX_CHARS;
            if (whole && pieces.length() == 0) {
                return line;
            }
            text = line.substring(cri.end());
            repacked = true;
        }
        pieces.append(text);
        if (!whole) {
            return null;
        }
        String all = pieces.toString();
        pieces.setLength(0);
        return all;
    }

    /** A JSON string's text up to its closing quote, or to the end where that is missing. */
    private static String unescape(String json, int from) {
        StringBuilder text = new StringBuilder();
        for (int at = from; at < json.length(); at++) {
            char c = json.charAt(at);
            if (c == '"') {
                break;
            }
            if (c != '\\' || at + 1 == json.length()) {
                text.append(c);
                continue;
            }
            char escaped = json.charAt(++at);
            switch (escaped) {
                case 'n' -> text.append('\n');
                case 't' -> text.append('\t');
                case 'r' -> text.append('\r');
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'u' -> {
                    int code = at + 5 <= json.length() ? hex(json, at + 1) : -1;
                    text.append(code < 0 ? '\ufffd' : (char) code);
                    at += code < 0 ? 0 : 4;
                }
                default -> text.append(escaped);
            }
        }
        return text.toString();
    }

    private static int hex(String json, int from) {
        int code = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = Character.digit(json.charAt(i), 16);
            if (digit < 0) {
                return -1;
            }
            code = code << 4 | digit;
        }
        return code;
    }
}
