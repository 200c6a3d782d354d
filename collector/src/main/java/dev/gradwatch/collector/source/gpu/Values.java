package dev.gradwatch.collector.source.gpu;

import com.sun.jna.Memory;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What NVML's numbers and texts mean. What cannot be is null: all bits set, by which nvml.h says "not available", and what drivers were seen to make up. */
final class Values {
    private static final int MAX_PERCENT = 100;
    private static final long MAX_CELSIUS = 250;
    private static final double MILLI = 1e3;
    /** A hundred kilowatts: more than a GPU can draw. */
    private static final long MAX_MILLIWATTS = 100_000_000;

    private Values() {}

    static @Nullable Integer percent(@Nullable Long value) {
        return value == null || value > MAX_PERCENT ? null : value.intValue();
    }

    static @Nullable Integer celsius(@Nullable Long value) {
        return value == null || value > MAX_CELSIUS ? null : value.intValue();
    }

    static @Nullable Double watts(@Nullable Long milliwatts) {
        return milliwatts == null || milliwatts > MAX_MILLIWATTS ? null : milliwatts / MILLI;
    }

    static @Nullable Integer number(@Nullable Long value) {
        return value == null || value > Integer.MAX_VALUE ? null : value.intValue();
    }

    /** Of a 64-bit count or bit set. */
    static @Nullable Long count(@Nullable Long value) {
        return value == null || value < 0 ? null : value;
    }

    static @Nullable Long bytes(long value) {
        return value < 0 ? null : value;
    }

    static @Nullable Integer instance(int value) {
        return value < 0 ? null : value;
    }

    /** The text up to its NUL, or to the end of the buffer where it has none; what is not UTF-8 is replaced, and control characters are left out. */
    static String text(Memory buffer, long offset, int length) {
        byte[] bytes = buffer.getByteArray(offset, length);
        int end = 0;
        while (end < length && bytes[end] != 0) {
            end++;
        }
        return printable(new String(bytes, 0, end, StandardCharsets.UTF_8), length);
    }

    /** Without control characters, and cut to so many characters. */
    static String printable(String text, int maxLength) {
        String clean = text.codePoints()
                .filter(c -> !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .strip();
        return clean.length() <= maxLength ? clean : clean.substring(0, maxLength - 1) + '…';
    }
}
