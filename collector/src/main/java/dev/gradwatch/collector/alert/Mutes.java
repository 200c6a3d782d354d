package dev.gradwatch.collector.alert;

import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Mute;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Mutes that are in force. Not thread-safe. */
final class Mutes {
    private final List<Mute> mutes = new ArrayList<>();

    /** @throws IllegalArgumentException where there are too many */
    void add(Mute mute) {
        mutes.removeIf(known -> known.id().equals(mute.id()));
        if (mutes.size() >= AlertBook.MAX_MUTES) {
            throw new IllegalArgumentException(
                    "mutes: " + (AlertBook.MAX_MUTES + 1) + " (expected: at most " + AlertBook.MAX_MUTES + ")");
        }
        mutes.add(mute);
    }

    void dropBefore(long nowMicros) {
        mutes.removeIf(mute -> mute.untilMicros() <= nowMicros);
    }

    List<Mute> all() {
        return List.copyOf(mutes);
    }

    /** When the last mute that fits is over; null where none fits. */
    @Nullable
    Long until(String job, String jobName, Finding finding, long nowMicros) {
        Long until = null;
        for (Mute mute : mutes) {
            if (mute.untilMicros() > nowMicros
                    && fits(mute, job, jobName, finding)
                    && (until == null || mute.untilMicros() > until)) {
                until = mute.untilMicros();
            }
        }
        return until;
    }

    private static boolean fits(Mute mute, String job, String jobName, Finding finding) {
        String glob = mute.modules();
        return (mute.job() == null || mute.job().equals(job) || mute.job().equals(jobName))
                && (mute.cause() == null || mute.cause().equals(finding.cause().id()))
                && (glob == null
                        || finding.modules().stream().anyMatch(name -> matches(glob, name))
                        || finding.parameters().stream().anyMatch(name -> matches(glob, name)));
    }

    /** {@code *} stands for any text; all else for itself, in any case. Takes time proportional to both lengths at most. */
    static boolean matches(String glob, String text) {
        String pattern = glob.toLowerCase(Locale.ROOT);
        String name = text.toLowerCase(Locale.ROOT);
        int g = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < name.length()) {
            if (g < pattern.length() && pattern.charAt(g) == '*') {
                star = g++;
                resume = t;
            } else if (g < pattern.length() && pattern.charAt(g) == name.charAt(t)) {
                g++;
                t++;
            } else if (star >= 0) {
                // The star takes one more.
                g = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (g < pattern.length() && pattern.charAt(g) == '*') {
            g++;
        }
        return g == pattern.length();
    }
}
