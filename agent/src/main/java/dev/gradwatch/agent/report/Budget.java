package dev.gradwatch.agent.report;

import java.util.Locale;

/** The share of a step's time that watching may cost. */
final class Budget {
    static final double DEFAULT = 0.005;

    /** No limit: every pass is watched. */
    static final double OFF = Double.POSITIVE_INFINITY;

    private Budget() {}

    /**
     * A share above 0 and up to 1, or {@link #OFF}.
     *
     * @param name what the text is called in the error
     * @throws IllegalArgumentException for anything but a fraction (0.005), a percentage (0.5%) or off
     */
    static double of(String name, String text) {
        String word = text.strip().toLowerCase(Locale.ROOT);
        if (word.isEmpty()) {
            return DEFAULT;
        }
        if (word.equals("off")) {
            return OFF;
        }
        double share;
        try {
            share = word.endsWith("%")
                    ? Double.parseDouble(word.substring(0, word.length() - 1)) / 100
                    : Double.parseDouble(word);
        } catch (NumberFormatException e) {
            share = -1;
        }
        if (share > 0 && share <= 1) {
            return share;
        }
        throw new IllegalArgumentException(
                name + ": " + text + " (expected: a fraction such as 0.005, a percentage such as 0.5%, or off)");
    }
}
