package dev.gradwatch.collector.analysis.state;

import dev.gradwatch.collector.model.GpuPast;
import dev.gradwatch.collector.model.GpuSample;
import dev.gradwatch.collector.model.GpuThresholds;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rank's GPU did while the rank trained. Samples are put together in buckets of {@link #BUCKET_MICROS}; a bucket counts where backward passes
 * went on before and after it, so that evaluation, checkpoints, start-up and hangs do not.
 *
 * <pre>
 * samples -> bucket -> pending --- passes went on in time ---> fine (the last minutes) -> coarse (up to 24 h)
 *                         \------- they did not -----> dropped
 * </pre>
 *
 * <p>Some 18 kB with the default thresholds, however long the job runs. All times are those of the samples.
 */
public final class GpuHistory {
    /** Of a bucket of {@link #fine}. */
    public static final long BUCKET_MICROS = 5_000_000;

    /** Of a bucket of {@link #coarse}. */
    public static final long COARSE_MICROS = 300_000_000;

    /** Passes that follow each other within this time belong to one stretch of training, however short they are. */
    static final long MIN_PATIENCE_MICROS = 15_000_000;

    /** Passes that take longer than a third of this do not count as training. */
    static final long MAX_PATIENCE_MICROS = 300_000_000;

    /** Columns of {@link #fine}: mean utilisation in percent. */
    public static final int PERCENT = 0;
    /** Mean of all bytes used. */
    public static final int USED = 1;
    /** Mean of the bytes that the rank uses itself. */
    public static final int OWN = 2;
    /** Share of the samples with lower clocks for a reason that is none of a healthy GPU. */
    public static final int SLOWED = 3;
    /** Those reasons, bits of {@code Gpu}. */
    public static final int REASONS = 4;
    /** Highest temperature. */
    public static final int CELSIUS = 5;
    /** Mean power. */
    public static final int WATTS = 6;

    static final int COLUMNS = 7;

    /** Columns of {@link #coarse}: how many fine ones it was made of. */
    public static final int BUCKETS = 0;

    public static final int USED_MIN = 1;
    public static final int USED_MAX = 2;
    public static final int USED_MEAN = 3;
    public static final int OWN_MIN = 4;
    public static final int OWN_MAX = 5;
    public static final int OWN_MEAN = 6;

    private static final int MIN_FINE = 24;
    private static final int MAX_FINE = 4_096;
    /** The windows of {@code sustainedSeconds} that {@link #fine} holds. */
    private static final int WINDOWS = 4;
    /** A clock that goes back by less is two sources that are not in step. */
    private static final long CLOCK_MICROS = 60_000_000;

    private static final int MICROS_A_SECOND = 1_000_000;

    private final long startUpMicros;
    private final GpuRows fine;
    private final GpuRows pending = new GpuRows((int) (MAX_PATIENCE_MICROS / BUCKET_MICROS), COLUMNS);
    private final GpuHours hours = new GpuHours();
    private final GpuBucket bucket = new GpuBucket();
    private final GpuTenancies tenancies = new GpuTenancies();
    private @Nullable Long firstUncorrected;
    private String host = "";
    private String uuid = "";
    private long uuidMicros;
    private long bucketMicros;
    private long firstMicros;
    private long latestMicros;
    private long steppedMicros;
    private long backward;
    private long progressMicros;
    private long patienceMicros;

    GpuHistory(GpuThresholds thresholds) {
        startUpMicros = (long) thresholds.startUpSeconds() * MICROS_A_SECOND;
        long rows = WINDOWS * (long) thresholds.sustainedSeconds() * MICROS_A_SECOND / BUCKET_MICROS;
        fine = new GpuRows((int) Math.max(MIN_FINE, Math.min(MAX_FINE, rows)), COLUMNS);
    }

    /**
     * Folds a sample in.
     *
     * @param passes backward passes that the rank has completed
     * @param stepNanos what a pass takes; 0 where not known
     * @return false where it is no later than the latest
     */
    boolean add(long micros, GpuSample sample, long passes, long stepNanos) {
        if (micros <= latestMicros && latestMicros - micros < CLOCK_MICROS) {
            return false;
        }
        if (micros < latestMicros) {
            forget();
        }
        latestMicros = micros;
        if (firstMicros == 0) {
            firstMicros = micros;
        }
        identify(micros, sample);
        long began = micros - micros % BUCKET_MICROS;
        if (began != bucketMicros) {
            close();
            bucketMicros = began;
        }
        advance(micros, passes, stepNanos);
        if (trains(micros)) {
            bucket.add(sample);
        } else {
            pending.clear();
            bucket.clear();
        }
        tenancies.add(micros, sample.tenants());
        return true;
    }

    private void identify(long micros, GpuSample sample) {
        if (!sample.uuid().equals(uuid) || !sample.host().equals(host)) {
            // Another GPU's numbers say nothing of this one.
            boolean moved = !uuid.isEmpty();
            uuid = sample.uuid();
            host = sample.host();
            uuidMicros = micros;
            if (moved) {
                firstUncorrected = null;
                clear();
            }
        }
        Long errors = sample.eccUncorrected();
        // The count begins anew when the driver is loaded again.
        if (errors != null && (firstUncorrected == null || errors < firstUncorrected)) {
            firstUncorrected = errors;
        }
    }

    /** The bucket that was filled is complete. */
    private void close() {
        if (!bucket.isEmpty()) {
            bucket.addTo(pending, bucketMicros);
            bucket.clear();
        }
    }

    /** Whether more passes are done than at the sample before, and what that makes of the time between. */
    private void advance(long micros, long passes, long stepNanos) {
        if (passes == 0 || passes == backward) {
            return;
        }
        if (steppedMicros == 0) {
            steppedMicros = micros;
        }
        if (micros - progressMicros <= patienceMicros) {
            for (int row = 0; row < pending.size(); row++) {
                fine.add(pending, row);
                hours.add(pending, row);
            }
        } else {
            bucket.clear();
        }
        pending.clear();
        // A mean of recent passes has an evaluation in it for a while; the passes just done have not.
        long perPass = (micros - progressMicros) / Math.max(1, passes - backward);
        long step = stepNanos == 0 ? perPass : Math.min(perPass, stepNanos / 1000);
        patienceMicros = Math.min(MAX_PATIENCE_MICROS, Math.max(MIN_PATIENCE_MICROS, 3 * step));
        backward = passes;
        progressMicros = micros;
    }

    /** Whether, as far as is known at this time, it may be training. */
    private boolean trains(long micros) {
        return steppedMicros != 0
                && micros - progressMicros <= patienceMicros
                && micros - steppedMicros >= startUpMicros;
    }

    private void clear() {
        fine.clear();
        pending.clear();
        hours.rows().clear();
        bucket.clear();
        tenancies.clear();
    }

    /** The clock was set back, so that nothing before can be compared. */
    private void forget() {
        clear();
        firstMicros = 0;
        uuid = "";
        steppedMicros = 0;
        backward = 0;
        progressMicros = 0;
        patienceMicros = 0;
    }

    GpuPast past() {
        return new GpuPast(
                firstMicros,
                uuidMicros,
                firstUncorrected,
                steppedMicros,
                backward,
                progressMicros,
                patienceMicros,
                bucketMicros,
                bucket.packed(),
                pending.packed(),
                fine.packed(),
                hours.rows().packed(),
                tenancies.all());
    }

    /** Takes up what was known before; of a history to which nothing was added yet. */
    void resume(long micros, GpuSample sample, GpuPast past) {
        bucket.unpack(past.bucket());
        pending.addAll(past.pending());
        fine.addAll(past.fine());
        hours.rows().addAll(past.coarse());
        tenancies.addAll(past.tenancies());
        latestMicros = micros;
        host = sample.host();
        uuid = sample.uuid();
        firstMicros = past.firstMicros();
        uuidMicros = past.uuidMicros();
        firstUncorrected = past.firstUncorrected();
        steppedMicros = past.steppedMicros();
        backward = past.backward();
        progressMicros = past.progressMicros();
        patienceMicros = past.patienceMicros();
        bucketMicros = past.bucketMicros();
    }

    /** Buckets of training in the last minutes. */
    public GpuRows fine() {
        return fine;
    }

    /** Buckets of training in the last hours; a stretch without any has none. */
    public GpuRows coarse() {
        return hours.rows();
    }

    /** Other processes that are on the GPU. */
    public List<GpuPast.Tenancy> tenancies() {
        return tenancies.all();
    }

    /** ECC errors that were not corrected when they were first told; null where they are not. */
    public @Nullable Long firstUncorrected() {
        return firstUncorrected;
    }

    public long firstMicros() {
        return firstMicros;
    }

    /** Since when the rank computes on this GPU, as far as it is known. */
    public long uuidMicros() {
        return uuidMicros;
    }

    /** Whether it was watched before its first backward pass was done. */
    public boolean watchedFromTheStart() {
        return steppedMicros == 0 || steppedMicros > firstMicros;
    }

    /** What it takes at most. */
    long bytes() {
        return fine.bytes() + pending.bytes() + hours.rows().bytes();
    }
}
