package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.JobReport.Mark;

/** The marks as characters and as words. Used is solid, never is hollow; told apart without colour. */
final class Marks {
    static String sign(Mark mark, boolean unicode) {
        return switch (mark) {
            case USED -> unicode ? "●" : "#";
            case SOMETIMES -> unicode ? "◐" : "+";
            case ZERO -> unicode ? "▤" : "=";
            case NEVER -> unicode ? "○" : "o";
            case NONFINITE -> unicode ? "✕" : "x";
            case FROZEN -> unicode ? "·" : ".";
            case UNKNOWN -> "?";
        };
    }

    static String words(Mark mark) {
        return switch (mark) {
            case USED -> "gradient";
            case SOMETIMES -> "sometimes";
            case ZERO -> "zero";
            case NEVER -> "none";
            case NONFINITE -> "not finite";
            case FROZEN -> "frozen";
            case UNKNOWN -> "not seen";
        };
    }

    /** Whether it is something to look at. */
    static boolean troubled(Mark mark) {
        return switch (mark) {
            case USED, FROZEN, UNKNOWN -> false;
            case SOMETIMES, ZERO, NEVER, NONFINITE -> true;
        };
    }

    private Marks() {}
}
