package dev.gradwatch.collector.sink.http;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long a mute holds, as a person writes it: {@code 30m}, {@code 2h}, {@code 7d}. */
final class MuteTime {
    private static final Pattern WORDS = Pattern.compile("(\\d{1,7})([smhd])");
    private static final Duration MAX = Duration.ofDays(90);
    private static final String EXPECTED = "a time such as 30m, 2h or 7d, at most 90d";

    static Duration parse(String text) {
        Matcher words = WORDS.matcher(text);
        if (words.matches()) {
            long count = Long.parseLong(words.group(1));
            Duration time = switch (words.group(2)) {
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
            if (!time.isZero() && time.compareTo(MAX) <= 0) {
                return time;
            }
        }
        throw Problem.invalid("for", text.isEmpty() ? "nothing" : text, EXPECTED);
    }

    private MuteTime() {}
}
