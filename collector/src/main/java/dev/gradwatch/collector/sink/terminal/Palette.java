package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.Severity;

/** Colours as escape sequences, or none. Nothing is said by colour alone. */
final class Palette {
    private static final String RESET = "\u001b[0m";

    private final boolean colour;

    Palette(boolean colour) {
        this.colour = colour;
    }

    String title(Severity severity, String text) {
        return switch (severity) {
            case CRITICAL, ERROR -> paint("1;31", text);
            case WARNING -> paint("1;33", text);
            case INFO -> paint("1", text);
        };
    }

    String good(String text) {
        return paint("1;32", text);
    }

    String bad(String text) {
        return paint("31", text);
    }

    String strong(String text) {
        return paint("1", text);
    }

    String faint(String text) {
        return paint("2", text);
    }

    private String paint(String code, String text) {
        return colour && !text.isEmpty() ? "\u001b[" + code + "m" + text + RESET : text;
    }
}
