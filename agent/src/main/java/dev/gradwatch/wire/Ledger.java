package dev.gradwatch.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rank's whole ledger of one model, sent after a reconnect and after steps were left out. Holds the arrays and lists that it is given,
 * without a copy.
 */
public final class Ledger implements Message {
    private final int model;
    private final long watched;
    private final long step;
    private final long backward;
    private final Patterns used;
    private final Patterns health;
    private final @Nullable Norms norms;
    private final Series totals;
    private final Series checksums;
    private final List<Change> changes;
    private final Times times;

    /**
     * @param watched passes watched
     * @param step optimizer steps completed
     * @param backward backward passes completed
     * @param used of every watched pass: the used bitmap
     * @param health of the passes that had norms: defined, zero and nonfinite bitmaps, one after the other
     * @param norms null where none were taken yet
     * @param totals total L2 norms over the model's parameters, newest last
     * @param checksums of the weights, newest last
     */
    public Ledger(
            int model,
            long watched,
            long step,
            long backward,
            Patterns used,
            Patterns health,
            @Nullable Norms norms,
            Series totals,
            Series checksums,
            List<Change> changes,
            Times times) {
        this.model = Limits.check("model", model, 0, Limits.MAX_MODELS - 1);
        this.watched = watched;
        this.step = step;
        this.backward = backward;
        this.used = used;
        this.health = health;
        this.norms = norms;
        this.totals = totals;
        this.checksums = checksums;
        this.changes = changes;
        this.times = times;
    }

    @Override
    public void writeTo(FrameBuffer out) {
        Json json = new Json(out.begin(FrameKind.LEDGER)).object();
        json.name("model").value(model).name("watched").value(watched);
        json.name("step").value(step).name("backward").value(backward);
        used.writeTo(json.name("used"));
        health.writeTo(json.name("health"));
        json.name("norms");
        if (norms == null) {
            json.value((String) null);
        } else {
            norms.writeTo(json);
        }
        totals.writeTo(json.name("totals"));
        checksums.writeTo(json.name("checksums"));
        json.name("changes").array();
        changes.forEach(change -> change.writeTo(json));
        times.writeTo(json.endArray().name("times"));
        json.endObject();
        out.end();
    }

    /** A dictionary of patterns, and the runs in which each held. */
    public static final class Patterns {
        private final List<long[]> patterns;
        private final List<long[]> runs;
        private final @Nullable Counts counts;

        /**
         * @param patterns each an array of words
         * @param runs in the order of time, each first pass, last pass, pattern, flags
         * @param counts what was folded when a limit was met; null before
         * @throws IllegalArgumentException such as {@code patterns: 300 (expected: 0-256)}
         */
        public Patterns(List<long[]> patterns, List<long[]> runs, @Nullable Counts counts) {
            Limits.check("patterns", patterns.size(), 0, Limits.MAX_PATTERNS);
            Limits.check("runs", runs.size(), 0, Limits.MAX_RUNS);
            this.patterns = patterns;
            this.runs = runs;
            this.counts = counts;
        }

        private void writeTo(Json json) {
            json.object().name("patterns").array();
            patterns.forEach(json::base64);
            json.endArray().name("runs").array();
            runs.forEach(json::value);
            json.endArray().name("counts");
            if (counts == null) {
                json.value((String) null);
            } else {
                counts.writeTo(json);
            }
            json.endObject();
        }
    }

    /** What is left of runs past a limit. */
    public static final class Counts {
        private final long passes;
        private final long first;
        private final long last;
        private final long partial;
        private final long noSync;
        private final List<long[]> by;

        /** @param by arrays of n: for used how often used and last pass used; for health how often defined, zero, nonfinite */
        public Counts(long passes, long first, long last, long partial, long noSync, List<long[]> by) {
            this.passes = passes;
            this.first = first;
            this.last = last;
            this.partial = partial;
            this.noSync = noSync;
            this.by = by;
        }

        private void writeTo(Json json) {
            json.object().name("passes").value(passes).name("first").value(first);
            json.name("last").value(last).name("partial").value(partial);
            json.name("no_sync").value(noSync).name("by").array();
            by.forEach(json::value);
            json.endArray().endObject();
        }
    }

    /** Norms of the latest pass that had them, and the largest finite ones so far. */
    public static final class Norms {
        private final float[] last;
        private final float[] max;
        private final long backward;
        private final int flags;

        public Norms(float[] last, float[] max, long backward, int flags) {
            this.last = last;
            this.max = max;
            this.backward = backward;
            this.flags = flags;
        }

        private void writeTo(Json json) {
            json.object().name("last").base64(last).name("max").base64(max);
            json.name("backward").value(backward).name("flags").value(flags).endObject();
        }
    }

    /** Values of backward passes, newest last. */
    public static final class Series {
        private final long[] backwards;
        private final double[] values;

        /** @throws IllegalArgumentException such as {@code entries: 5000 (expected: 0-4096)} */
        public Series(long[] backwards, double[] values) {
            Limits.check("entries", values.length, 0, Limits.MAX_TOTALS);
            Limits.check("passes", backwards.length, values.length, values.length);
            this.backwards = backwards;
            this.values = values;
        }

        private void writeTo(Json json) {
            json.array();
            for (int i = 0; i < values.length; i++) {
                json.array().value(backwards[i]).value(values[i]).endArray();
            }
            json.endArray();
        }
    }

    /** Nanoseconds between the ends of watched neighbouring passes. */
    public static final class Times {
        private final long count;
        private final long sumNanos;
        private final long minNanos;
        private final long maxNanos;

        public Times(long count, long sumNanos, long minNanos, long maxNanos) {
            this.count = count;
            this.sumNanos = sumNanos;
            this.minNanos = minNanos;
            this.maxNanos = maxNanos;
        }

        private void writeTo(Json json) {
            json.object().name("count").value(count).name("sum_nanos").value(sumNanos);
            json.name("min_nanos")
                    .value(minNanos)
                    .name("max_nanos")
                    .value(maxNanos)
                    .endObject();
        }
    }
}
