package dev.gradwatch.agent.report;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON object of a frame that a collector sent. Whatever the bytes are, it ends and does not throw: what is no object is null. Members that are null and
 * the contents of lists are left out, since no answer has any. Its memory is bounded by the frame. One thread at a time.
 */
final class Answer {
    private static final int MAX_DEPTH = 16;

    private final String text;
    private int at;

    private Answer(String text) {
        this.text = text;
    }

    /** Members as String, Double, Boolean or such a map again; null for what is no JSON object in UTF-8. */
    static @Nullable Map<?, ?> of(byte[] payload, int offset) {
        if (offset > payload.length) {
            return null;
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(payload, offset, payload.length - offset);
            Answer answer =
                    new Answer(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
            Object value = answer.value(0);
            answer.space();
            return value instanceof Map && answer.at == answer.text.length() ? (Map<?, ?>) value : null;
        } catch (CharacterCodingException | IllegalArgumentException e) {
            return null;
        }
    }

    private @Nullable Object value(int depth) {
        char c = peek();
        if (depth > MAX_DEPTH) {
            throw malformed();
        }
        switch (c) {
            case '{':
                return object(depth);
            case '[':
                return list(depth);
            case '"':
                return string();
            case 't':
                return word("true", true);
            case 'f':
                return word("false", false);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> members = new HashMap<>();
        at++;
        if (ended('}')) {
            return members;
        }
        do {
            if (peek() != '"') {
                throw malformed();
            }
            String name = string();
            if (peek() != ':') {
                throw malformed();
            }
            at++;
            Object value = value(depth + 1);
            if (value != null) {
                members.put(name, value);
            }
        } while (more('}'));
        return members;
    }

    private @Nullable Object list(int depth) {
        at++;
        if (!ended(']')) {
            do {
                value(depth + 1);
            } while (more(']'));
        }
        return null;
    }

    private boolean ended(char bracket) {
        if (peek() != bracket) {
            return false;
        }
        at++;
        return true;
    }

    private boolean more(char bracket) {
        char c = peek();
        at++;
        if (c != ',' && c != bracket) {
            throw malformed();
        }
        return c == ',';
    }

    private String string() {
        StringBuilder read = new StringBuilder();
        at++;
        while (true) {
            char c = next();
            if (c == '"') {
                return read.toString();
            }
            if (c < ' ') {
                throw malformed();
            }
            read.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() {
        char c = next();
        switch (c) {
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u':
                if (at + 4 > text.length()) {
                    throw malformed();
                }
                at += 4;
                return (char) Integer.parseInt(text.substring(at - 4, at), 16);
            default:
                return c;
        }
    }

    private Double number() {
        int from = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return Double.valueOf(text.substring(from, at));
    }

    private @Nullable Object word(String word, @Nullable Object meaning) {
        if (!text.startsWith(word, at)) {
            throw malformed();
        }
        at += word.length();
        return meaning;
    }

    /** The next character that is no white space, which stays the next. */
    private char peek() {
        space();
        if (at >= text.length()) {
            throw malformed();
        }
        return text.charAt(at);
    }

    private char next() {
        if (at >= text.length()) {
            throw malformed();
        }
        return text.charAt(at++);
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private IllegalArgumentException malformed() {
        return new IllegalArgumentException("JSON: " + at + " (expected: a value)");
    }
}
