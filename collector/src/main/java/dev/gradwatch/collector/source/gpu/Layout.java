package dev.gradwatch.collector.source.gpu;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the fields of a C struct lie, by the rules that the 64-bit ABIs of x86-64 and AArch64 share, on Linux and Windows: a field begins at a multiple
 * of its alignment, and the size is a multiple of the largest one. Immutable.
 */
final class Layout {
    /** @param alignment in bytes, as {@code size} */
    record Field(String name, int size, int alignment) {}

    private final String name;
    private final Map<String, Integer> offsets;
    private final int size;

    private Layout(String name, Map<String, Integer> offsets, int size) {
        this.name = name;
        this.offsets = offsets;
        this.size = size;
    }

    static Layout of(String name, Field... fields) {
        Map<String, Integer> offsets = new LinkedHashMap<>();
        int end = 0;
        int widest = 1;
        for (Field field : fields) {
            int at = align(end, field.alignment());
            offsets.put(field.name(), at);
            end = at + field.size();
            widest = Math.max(widest, field.alignment());
        }
        return new Layout(name, Collections.unmodifiableMap(offsets), align(end, widest));
    }

    /** {@code unsigned int}, and the enums. */
    static Field u32(String name) {
        return new Field(name, Integer.BYTES, Integer.BYTES);
    }

    /** {@code unsigned long long}. */
    static Field u64(String name) {
        return new Field(name, Long.BYTES, Long.BYTES);
    }

    /** {@code char[]}. */
    static Field chars(String name, int count) {
        return new Field(name, count, 1);
    }

    private static int align(int offset, int alignment) {
        return (offset + alignment - 1) / alignment * alignment;
    }

    /** As nvml.h calls it. */
    String name() {
        return name;
    }

    /** In bytes, by the fields' names, in their order. */
    Map<String, Integer> offsets() {
        return offsets;
    }

    /** @throws IllegalArgumentException where it has no such field */
    int offset(String field) {
        Integer offset = offsets.get(field);
        if (offset == null) {
            throw new IllegalArgumentException(name + ": " + field + " (expected: one of " + offsets.keySet() + ")");
        }
        return offset;
    }

    /** In bytes. */
    int size() {
        return size;
    }

    /** What NVML wants in the field {@code version}: the size, and the number in the highest byte. */
    int version(int number) {
        return size | number << 24;
    }
}
