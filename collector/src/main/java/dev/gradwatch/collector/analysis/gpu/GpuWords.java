package dev.gradwatch.collector.analysis.gpu;

import java.util.Locale;

/** Numbers of GPUs as people say them. */
final class GpuWords {
    private static final double GIGA = 1e9;
    private static final double MEGA = 1e6;
    private static final int MAX_NAME_CHARS = 80;

    private GpuWords() {}

    /** {@code 3.2 GB}, {@code 412 MB}. */
    static String bytes(double bytes) {
        return bytes >= GIGA
                ? String.format(Locale.ROOT, "%.1f GB", bytes / GIGA)
                : String.format(Locale.ROOT, "%.0f MB", bytes / MEGA);
    }

    /** {@code 12 %}. */
    static String percent(double percent) {
        return String.format(Locale.ROOT, "%.0f %%", percent);
    }

    /** {@code 40 minutes}, {@code 6 hours}. */
    static String hours(double hours) {
        long rounded = Math.round(hours);
        return hours < 1.5 ? Math.max(1, Math.round(hours * 60)) + " minutes" : rounded + " hours";
    }

    /** {@code python eval.py (pid 4711)}. */
    static String process(String name, long pid) {
        if (name.isEmpty()) {
            return "process " + pid;
        }
        return (name.length() <= MAX_NAME_CHARS ? name : name.substring(0, MAX_NAME_CHARS) + " …") + " (pid " + pid
                + ")";
    }
}
