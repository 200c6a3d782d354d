package dev.gradwatch.collector.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A number of bytes as options take it: {@code 4096}, {@code 500M}, {@code 10G}; each letter is 1,024 times the one before. */
final class ByteSize {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,12})([KMGTkmgt]?)");

    /** Null where it is none. */
    static @Nullable Long parse(String size) {
        Matcher parts = SIZE.matcher(size.strip());
        if (!parts.matches()) {
            return null;
        }
        int shift = parts.group(2).isEmpty() ? 0 : "KMGT".indexOf(parts.group(2).toUpperCase(Locale.ROOT)) + 1;
        return Long.parseLong(parts.group(1)) << (10 * shift);
    }

    private ByteSize() {}
}
