package dev.gradwatch.collector.alert;

import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.Alert.Since;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertEvent.Kind;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Mute;
import dev.gradwatch.collector.model.Severity;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All alerts that are not resolved, and those resolved of late.
 *
 * <pre>
 *            ┌──────────── reopened ◀──────────────┐
 *            ▼                                     │
 *   opened ▶ OPEN ─ack▶ ACKNOWLEDGED ──finding gone, held──▶ RESOLVED
 *            │  ▲            │  ▲                  ▲
 *          mute over       mute over               │
 *            ▼  │            ▼  │                  │
 *            MUTED ────────────────────────────────┘
 * </pre>
 *
 * <p>Flapping is damped: an alert resolves only after its finding has been gone for {@link #HOLD_MICROS}, twice as long each time it came back,
 * unless the job ended or another finding speaks of the same parameters now. Words that change are told at most every {@link
 * #UPDATE_MICROS}; a severity that rises is told at once.
 *
 * <p>Thread-safe. Events are handed to the listener under the book's lock, so in order; it must not block. Time comes in with each call.
 */
public final class AlertBook {
    /** Alerts in memory; past it the one that was resolved first goes, and where none is, new findings open none and are counted. */
    public static final int MAX_ALERTS = 100_000;

    public static final int MAX_MUTES = 1_000;

    static final long HOLD_MICROS = 30_000_000;
    static final long MAX_HOLD_MICROS = 3_600_000_000L;
    static final long UPDATE_MICROS = 5_000_000;
    static final long INFO_MICROS = 1_000_000;

    private final Map<String, Life> alerts = new LinkedHashMap<>();
    private final Map<String, Set<String>> byJob = new LinkedHashMap<>();
    /** By job: since when findings of severity info are true that have no alert yet. */
    private final Map<String, Map<String, Long>> unopened = new HashMap<>();

    private final Mutes mutes = new Mutes();
    private final Consumer<AlertEvent> listener;
    private long lastEventMicros;
    private long dropped;

    /** @param listener is told each step of each alert's life */
    public AlertBook(Consumer<AlertEvent> listener) {
        this.listener = listener;
    }

    /** Sixteen hexadecimal digits that stand for a finding of a job. */
    public static String idOf(String job, Finding finding) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest((job + '\n' + finding.model() + '\n' + finding.id()).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes in what an earlier process knew. Nothing of it is told again; later events have later times than it. */
    public synchronized void restore(List<Alert> known, List<Mute> knownMutes, long lastMicros) {
        for (Alert alert : known) {
            if (!alerts.containsKey(alert.id())) {
                keep(new Life(alert));
            }
        }
        knownMutes.forEach(mutes::add);
        lastEventMicros = Math.max(lastEventMicros, lastMicros);
    }

    /**
     * Takes what is true of a job now.
     *
     * @param before ids of the findings of the job's last run; null where there was none
     * @param settled false while what is not true now may only be not known yet; nothing resolves then
     * @param ending whether the job has ended, and how
     */
    public synchronized void update(
            String job,
            String jobName,
            List<Finding> findings,
            @Nullable Set<String> before,
            boolean settled,
            Ending ending,
            long nowMicros) {
        Set<String> now = new HashSet<>();
        for (Finding finding : findings) {
            String id = idOf(job, finding);
            now.add(id);
            Life life = alerts.get(id);
            if (life == null) {
                if (isHere(job, id, finding, ending, nowMicros)) {
                    open(id, job, jobName, finding, before, nowMicros);
                }
            } else {
                present(life, jobName, finding, ending, nowMicros);
            }
        }
        unopened.getOrDefault(job, Map.of()).keySet().retainAll(now);
        for (String id : List.copyOf(byJob.getOrDefault(job, Set.of()))) {
            Life life = alerts.get(id);
            if (life == null || life.resolved() || !settled) {
                continue;
            }
            if (!now.contains(id)) {
                absent(life, findings, ending, nowMicros);
            } else if (ending == Ending.WELL && life.finding.severity() != Severity.CRITICAL) {
                // It neither died of it nor will; and what it wasted is spent. What is silently wrong stays wrong.
                resolve(life, nowMicros);
            }
        }
    }

    /** What nobody is woken for may wait until it is certain that it is no passing picture of ranks that are not all heard yet. */
    private boolean isHere(String job, String id, Finding finding, Ending ending, long nowMicros) {
        if (finding.severity() != Severity.INFO) {
            return true;
        }
        Map<String, Long> its = unopened.computeIfAbsent(job, key -> new HashMap<>());
        Long since = its.putIfAbsent(id, nowMicros);
        boolean here = ending != Ending.RUNNING || (since != null && nowMicros - since >= INFO_MICROS);
        if (here) {
            its.remove(id);
        }
        return here;
    }

    private void open(
            String id, String job, String jobName, Finding finding, @Nullable Set<String> before, long nowMicros) {
        Since since = before == null ? Since.FIRST_RUN : before.contains(finding.id()) ? Since.STILL_THERE : Since.NEW;
        Life life = new Life(id, job, jobName, finding, since, nowMicros);
        if (!keep(life)) {
            dropped++;
            return;
        }
        life.mutedUntil = mutes.until(job, jobName, finding, nowMicros);
        life.state = life.awake();
        tell(life, Kind.OPENED, nowMicros);
    }

    private void present(Life life, String jobName, Finding finding, Ending ending, long nowMicros) {
        life.jobName = jobName;
        life.finding = finding;
        life.absentSince = Life.NEVER;
        if (life.resolved()) {
            if (ending == Ending.WELL && finding.severity() != Severity.CRITICAL) {
                return;
            }
            life.opened++;
            life.growHold();
            life.openedMicros = nowMicros;
            life.resolvedMicros = null;
            life.acknowledgedBy = null;
            life.note = "";
            life.mutedUntil = mutes.until(life.job, jobName, finding, nowMicros);
            life.state = life.awake();
            tell(life, Kind.REOPENED, nowMicros);
        } else if (life.saysMoreThanTold()
                && (life.isWorseThanTold()
                        || ending != Ending.RUNNING
                        || nowMicros - life.updatedMicros >= UPDATE_MICROS)) {
            if (life.isWorseThanTold()) {
                // What was acknowledged was the lesser trouble.
                life.acknowledgedBy = null;
                life.state = life.awake();
            }
            tell(life, Kind.UPDATED, nowMicros);
        }
    }

    private void absent(Life life, List<Finding> findings, Ending ending, long nowMicros) {
        if (life.absentSince == Life.NEVER) {
            life.absentSince = nowMicros;
        }
        if (ending != Ending.RUNNING
                || nowMicros - life.absentSince >= life.holdMicros
                || findings.stream().anyMatch(finding -> takesOver(finding, life.finding))) {
            resolve(life, nowMicros);
        }
    }

    /** Whether a finding says of the same parameters what the other no longer does: more steps showed the true cause. */
    private static boolean takesOver(Finding finding, Finding gone) {
        return !gone.parameters().isEmpty()
                && gone.model() != null
                && gone.model().equals(finding.model())
                && new HashSet<>(finding.parameters()).containsAll(gone.parameters());
    }

    private void resolve(Life life, long nowMicros) {
        life.state = AlertState.RESOLVED;
        life.mutedUntil = null;
        tell(life, Kind.RESOLVED, nowMicros);
    }

    /** A later run of the same job has ended and speaks for itself: what is open of this one is not waited for any more. */
    public synchronized void supersede(String job, long nowMicros) {
        for (String id : byJob.getOrDefault(job, Set.of())) {
            Life life = alerts.get(id);
            if (life != null && !life.resolved()) {
                resolve(life, nowMicros);
            }
        }
    }

    /** Lets time pass: mutes end. What resolves by time does so when the job's findings come next. */
    public synchronized void tick(long nowMicros) {
        mutes.dropBefore(nowMicros);
        for (Life life : alerts.values()) {
            if (life.state == AlertState.MUTED && life.mutedUntil != null && life.mutedUntil <= nowMicros) {
                life.mutedUntil = mutes.until(life.job, life.jobName, life.finding, nowMicros);
                life.state = life.awake();
                if (life.mutedUntil == null) {
                    tell(life, Kind.UNMUTED, nowMicros);
                }
            }
        }
    }

    /** A person has seen it; empty where there is no such alert. */
    public synchronized Optional<Alert> acknowledge(String id, String by, String note, long nowMicros) {
        Life life = alerts.get(id);
        if (life == null) {
            return Optional.empty();
        }
        if (!life.resolved()) {
            life.acknowledgedBy = by;
            life.note = note;
            life.state = life.awake();
            tell(life, Kind.ACKNOWLEDGED, nowMicros);
        }
        return Optional.of(life.alert());
    }

    /**
     * Mutes what fits, now and until its time is over.
     *
     * @throws IllegalArgumentException where there are {@value #MAX_MUTES} already
     */
    public synchronized void mute(Mute mute, long nowMicros) {
        mutes.dropBefore(nowMicros);
        mutes.add(mute);
        for (Life life : alerts.values()) {
            if (life.resolved()) {
                continue;
            }
            Long until = mutes.until(life.job, life.jobName, life.finding, nowMicros);
            if (until != null && !until.equals(life.mutedUntil)) {
                life.mutedUntil = until;
                life.state = life.awake();
                tell(life, Kind.MUTED, nowMicros);
            }
        }
    }

    public synchronized List<Mute> mutes(long nowMicros) {
        mutes.dropBefore(nowMicros);
        return mutes.all();
    }

    public synchronized Optional<Alert> alert(String id) {
        return Optional.ofNullable(alerts.get(id)).map(Life::alert);
    }

    /** Those that are not resolved, and the resolved ones that are still in memory, in the order in which they were first opened. */
    public synchronized List<Alert> alerts() {
        return alerts.values().stream().map(Life::alert).toList();
    }

    /** Jobs that have alerts in memory. */
    public synchronized List<String> jobs() {
        return List.copyOf(byJob.keySet());
    }

    /** Findings that opened no alert, because there were too many. */
    public synchronized long dropped() {
        return dropped;
    }

    /** Gives up the resolved alerts of a job that is no longer in memory; they are the store's. */
    public synchronized void forget(String job) {
        unopened.remove(job);
        Set<String> ids = byJob.getOrDefault(job, Set.of());
        ids.removeIf(id -> {
            Life life = alerts.get(id);
            return life == null || (life.resolved() && alerts.remove(id) != null);
        });
        if (ids.isEmpty()) {
            byJob.remove(job);
        }
    }

    private boolean keep(Life life) {
        if (alerts.size() >= MAX_ALERTS && !dropOldestResolved()) {
            return false;
        }
        alerts.put(life.id, life);
        byJob.computeIfAbsent(life.job, job -> new HashSet<>()).add(life.id);
        return true;
    }

    private boolean dropOldestResolved() {
        for (Life life : alerts.values()) {
            if (life.resolved()) {
                alerts.remove(life.id);
                byJob.getOrDefault(life.job, new HashSet<>()).remove(life.id);
                return true;
            }
        }
        return false;
    }

    /** Each event has a time that no other has. */
    private void tell(Life life, Kind kind, long nowMicros) {
        lastEventMicros = Math.max(lastEventMicros + 1, nowMicros);
        life.updatedMicros = lastEventMicros;
        life.told = life.finding;
        if (kind == Kind.RESOLVED) {
            life.resolvedMicros = lastEventMicros;
        }
        listener.accept(new AlertEvent(lastEventMicros, kind, life.alert()));
    }

    /** How a job stands. */
    public enum Ending {
        RUNNING,
        /** It exited with 0, or all its ranks said Goodbye. */
        WELL,
        BADLY
    }
}
