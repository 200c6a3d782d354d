package dev.gradwatch.collector.source.gpu;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What of a process's environment is of interest. Nothing else of it is kept, since it may hold secrets. */
record Environ(@Nullable Integer rank, @Nullable String job) {
    static final Environ UNKNOWN = new Environ(null, null);

    private static final int MAX_JOB_CHARS = 256;
    private static final String RANK = "RANK=";
    private static final String JOB = "GRADWATCH_JOB=";

    /** @param bytes of {@code /proc/PID/environ} */
    static Environ of(byte[] bytes) {
        Integer rank = null;
        String job = null;
        int from = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length || bytes[i] == 0) {
                if (rank == null && startsWith(bytes, from, i, RANK)) {
                    rank = rank(value(bytes, from, i, RANK));
                } else if (job == null && startsWith(bytes, from, i, JOB)) {
                    String value = Values.printable(value(bytes, from, i, JOB), MAX_JOB_CHARS);
                    job = value.isEmpty() ? null : value;
                }
                from = i + 1;
            }
        }
        return new Environ(rank, job);
    }

    private static boolean startsWith(byte[] bytes, int from, int end, String prefix) {
        if (end - from < prefix.length()) {
            return false;
        }
        for (int i = 0; i < prefix.length(); i++) {
            if (bytes[from + i] != prefix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static String value(byte[] bytes, int from, int end, String prefix) {
        return new String(bytes, from + prefix.length(), end - from - prefix.length(), StandardCharsets.UTF_8);
    }

    private static @Nullable Integer rank(String text) {
        try {
            int rank = Integer.parseInt(text);
            return rank < 0 ? null : rank;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
