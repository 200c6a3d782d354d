package dev.gradwatch.collector.source.log;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Bytes of a line as text that patterns can be held against: no colours, no NUL, what is no UTF-8 replaced. */
final class PlainText {
    /** ECMA-48 control sequences, operating system commands, and the two-character escapes. */
    private static final Pattern ESCAPES = Pattern.compile(
            "\u001b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\u0007\u001b]*(?:\u0007|\u001b\\\\)|[ -/]*[0-Z\\\\^-~])");

    private static final char ESCAPE = 0x1b;
    private static final char BYTE_ORDER_MARK = 0xfeff;

    static String of(byte[] bytes, int from, int to) {
        return clean(new String(bytes, from, to - from, StandardCharsets.UTF_8));
    }

    static String clean(String raw) {
        String text = raw;
        if (text.indexOf(ESCAPE) >= 0) {
            text = ESCAPES.matcher(text).replaceAll("");
        }
        if (text.indexOf('\0') >= 0) {
            // A hole that a truncated file leaves reads as zeros.
            text = text.replace("\0", "");
        }
        return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
    }

    private PlainText() {}
}
