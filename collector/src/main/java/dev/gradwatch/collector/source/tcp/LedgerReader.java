package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.LedgerSnapshot;
import dev.gradwatch.collector.model.LedgerSnapshot.Counts;
import dev.gradwatch.collector.model.LedgerSnapshot.Patterns;
import dev.gradwatch.collector.model.LedgerSnapshot.Run;
import dev.gradwatch.collector.model.LedgerSnapshot.Sample;
import dev.gradwatch.collector.model.LedgerSnapshot.StepTimes;
import dev.gradwatch.collector.model.TrainableChange;
import dev.gradwatch.wire.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a Ledger's JSON. */
final class LedgerReader {
    /** Bitmaps in a pattern of {@code used}. */
    private static final int USED_BITMAPS = 1;

    /** Bitmaps in a pattern of {@code health}: defined, zero, nonfinite. */
    private static final int HEALTH_BITMAPS = 3;

    private static final int USED_COUNTS = 2;
    private static final int HEALTH_COUNTS = 3;
    private static final int MAX_FLAGS = 0xFFFF;

    /** Changes kept; a model that flips more often than this is described by its latest ones. */
    private static final int MAX_CHANGES = 4096;

    private static final Norms NO_NORMS = new Norms(null, null, -1, 0);

    private final JsonReader json;

    private LedgerReader(JsonReader json) {
        this.json = json;
    }

    static LedgerSnapshot read(JsonReader json) throws IOException {
        return new LedgerReader(json).ledger();
    }

    private LedgerSnapshot ledger() throws IOException {
        Integer model = null;
        Long watched = null;
        long step = 0;
        long backward = 0;
        Patterns used = Patterns.EMPTY;
        Patterns health = Patterns.EMPTY;
        Norms norms = NO_NORMS;
        List<Sample> totals = List.of();
        List<Sample> checksums = List.of();
        List<TrainableChange> changes = List.of();
        StepTimes times = StepTimes.NONE;
        json.object("Ledger");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "model" -> model = json.model();
                case "watched" -> watched = json.count(member);
                case "step" -> step = json.count(member);
                case "backward" -> backward = json.count(member);
                case "used" -> used = patterns(member, USED_BITMAPS, USED_COUNTS);
                case "health" -> health = patterns(member, HEALTH_BITMAPS, HEALTH_COUNTS);
                case "norms" -> norms = norms();
                case "totals" -> totals = samples(member);
                case "checksums" -> checksums = samples(member);
                case "changes" -> changes = changes();
                case "times" -> times = times();
                default -> json.skip();
            }
        }
        return new LedgerSnapshot(
                json.required("model", model),
                json.required("watched", watched),
                step,
                backward,
                used,
                health,
                norms.last,
                norms.max,
                norms.backward,
                norms.flags,
                totals,
                checksums,
                changes,
                times);
    }

    private Patterns patterns(String name, int bitmaps, int arrays) throws IOException {
        List<long[]> patterns = List.of();
        List<Run> runs = List.of();
        Counts counts = null;
        json.object(name);
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "patterns" -> patterns = dictionary(name, bitmaps);
                case "runs" -> runs = runs(name);
                case "counts" -> counts = counts(name, arrays);
                default -> json.skip();
            }
        }
        for (Run run : runs) {
            if (run.pattern() >= patterns.size()) {
                throw json.malformed(
                        name + ".runs: pattern " + run.pattern() + " (expected: one of " + patterns.size() + ")");
            }
        }
        return new Patterns(patterns, runs, counts);
    }

    private List<long[]> dictionary(String name, int bitmaps) throws IOException {
        List<long[]> patterns = new ArrayList<>();
        json.array(name + ".patterns");
        while (json.element()) {
            json.room(name + ".patterns", patterns.size(), Limits.MAX_PATTERNS);
            byte[] bytes =
                    json.base64(name + ".patterns", bitmaps * Long.BYTES, bitmaps * Limits.MAX_PARAMETERS / Byte.SIZE);
            long[] words = new long[bytes.length / Long.BYTES];
            littleEndian(bytes).asLongBuffer().get(words);
            if (!patterns.isEmpty() && patterns.get(0).length != words.length) {
                throw json.malformed(name + ".patterns: " + bytes.length + " bytes (expected: "
                        + patterns.get(0).length * Long.BYTES + ", as the first)");
            }
            patterns.add(words);
        }
        return patterns;
    }

    private List<Run> runs(String name) throws IOException {
        List<Run> runs = new ArrayList<>();
        long before = -1;
        json.array(name + ".runs");
        while (json.element()) {
            json.room(name + ".runs", runs.size(), Limits.MAX_RUNS);
            long[] run = longs(name + ".runs", 4, 0);
            if (run.length != 4 || run[0] <= before || run[1] < run[0]) {
                throw json.malformed(name + ".runs: " + Arrays.toString(run)
                        + " (expected: [first, last, pattern, flags] with " + before + " < first ≤ last)");
            }
            if (run[2] >= Limits.MAX_PATTERNS || run[3] > MAX_FLAGS) {
                throw json.malformed(name + ".runs: pattern " + run[2] + ", flags " + run[3] + " (expected: below "
                        + Limits.MAX_PATTERNS + ", at most " + MAX_FLAGS + ")");
            }
            runs.add(new Run(run[0], run[1], (int) run[2], (int) run[3]));
            before = run[1];
        }
        return runs;
    }

    private @Nullable Counts counts(String name, int arrays) throws IOException {
        long passes = 0;
        long first = 0;
        long last = 0;
        long partial = 0;
        long noSync = 0;
        List<long[]> by = new ArrayList<>();
        json.object(name + ".counts");
        for (String member = json.member(); member != null; member = json.member()) {
            switch (member) {
                case "passes" -> passes = json.count(member);
                case "first" -> first = json.count(member);
                case "last" -> last = json.count(member);
                case "partial" -> partial = json.count(member);
                case "no_sync" -> noSync = json.count(member);
                case "by" -> {
                    by.clear();
                    json.array("by");
                    while (json.element()) {
                        json.room("by", by.size(), arrays);
                        by.add(longs(name + ".counts.by", Limits.MAX_PARAMETERS, -1));
                    }
                }
                default -> json.skip();
            }
        }
        if (by.size() != arrays
                || by.stream().mapToInt(array -> array.length).distinct().count() > 1) {
            throw json.malformed(
                    name + ".counts.by: " + by.size() + " arrays (expected: " + arrays + ", equally long)");
        }
        return new Counts(passes, first, last, partial, noSync, by);
    }

    private Norms norms() throws IOException {
        float[] last = null;
        float[] max = null;
        long backward = -1;
        int flags = 0;
        json.object("norms");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "last" -> last = floats("norms.last");
                case "max" -> max = floats("norms.max");
                case "backward" -> backward = json.number(member, -1, Long.MAX_VALUE);
                case "flags" -> flags = json.integer(member, 0, MAX_FLAGS);
                default -> json.skip();
            }
        }
        if (last != null && max != null && last.length != max.length) {
            throw json.malformed("norms.max: " + max.length + " (expected: " + last.length + ", as in last)");
        }
        return new Norms(last, max, backward, flags);
    }

    private List<Sample> samples(String name) throws IOException {
        List<Sample> samples = new ArrayList<>();
        json.array(name);
        while (json.element()) {
            json.room(name, samples.size(), Limits.MAX_TOTALS);
            json.array(name);
            if (!json.element()) {
                throw json.malformed(name + ": [] (expected: [backward, value])");
            }
            long backward = json.count(name);
            if (!json.element()) {
                throw json.malformed(name + ": one value (expected: [backward, value])");
            }
            samples.add(new Sample(backward, json.real(name)));
            if (json.element()) {
                throw json.malformed(name + ": three values (expected: [backward, value])");
            }
        }
        return samples;
    }

    private List<TrainableChange> changes() throws IOException {
        List<TrainableChange> changes = new ArrayList<>();
        json.array("changes");
        while (json.element()) {
            json.room("changes", changes.size(), MAX_CHANGES);
            changes.add(ChangeReader.read(json).change());
        }
        return changes;
    }

    private StepTimes times() throws IOException {
        long count = 0;
        long sum = 0;
        long min = 0;
        long max = 0;
        json.object("times");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "count" -> count = json.count(member);
                case "sum_nanos" -> sum = json.count(member);
                case "min_nanos" -> min = json.count(member);
                case "max_nanos" -> max = json.count(member);
                default -> json.skip();
            }
        }
        return new StepTimes(count, sum, min, max);
    }

    private long[] longs(String name, int most, long least) throws IOException {
        long[] values = new long[Math.min(most, 16)];
        int size = 0;
        json.array(name);
        while (json.element()) {
            json.room(name, size, most);
            if (size == values.length) {
                values = Arrays.copyOf(values, Math.min(most, 2 * size));
            }
            values[size++] = json.number(name, least, Long.MAX_VALUE);
        }
        return Arrays.copyOf(values, size);
    }

    private float[] floats(String name) throws IOException {
        byte[] bytes = json.base64(name, Float.BYTES, Limits.MAX_PARAMETERS * Float.BYTES);
        float[] floats = new float[bytes.length / Float.BYTES];
        littleEndian(bytes).asFloatBuffer().get(floats);
        return floats;
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private record Norms(float @Nullable [] last, float @Nullable [] max, long backward, int flags) {}
}
