package dev.gradwatch.collector.pipeline;

import dev.gradwatch.collector.analysis.JobParts;
import dev.gradwatch.collector.analysis.state.EpochSeries;
import dev.gradwatch.collector.analysis.state.RankState;
import dev.gradwatch.collector.model.JobFact;
import dev.gradwatch.collector.model.JobPart;
import dev.gradwatch.collector.model.JobPart.Kind;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.model.Observation.LedgerReplaced;
import dev.gradwatch.collector.model.Observation.LogRead;
import dev.gradwatch.collector.model.Observation.MessageSeen;
import dev.gradwatch.collector.model.Observation.ModelDescribed;
import dev.gradwatch.collector.model.Observation.ModelProbed;
import dev.gradwatch.collector.model.Observation.RankFailed;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.Observation.RankProgressed;
import dev.gradwatch.collector.model.Observation.TrainableChanged;
import dev.gradwatch.collector.model.PassFlags;
import dev.gradwatch.collector.model.Step;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Which parts of a job's state changed since they were last written. Facts are made only when they are about to be written, so however long the
 * store is away, what waits for it is names.
 *
 * <p>Some parts are <i>owned by the rank</i>: a living rank sends its ledger again after each reconnect, so writing it for each step would buy
 * nothing. Those wait for {@link #OWNED_MICROS}, or for the rank's failure or end. So does what its GPU did, of which a collector that dies loses no
 * more than that time. All others are due at once.
 *
 * <p>Guarded by the job's lock.
 */
final class Unwritten {
    /** How long what its rank would send again may wait. */
    static final long OWNED_MICROS = 30_000_000;

    private static final long NEVER = -1;

    /** Ledgers among {@link #owned}. */
    private final BitSet waitingLedgers = new BitSet();

    private final Set<JobPart> due = new HashSet<>();
    /** Since when, oldest first. */
    private final Map<JobPart, Long> owned = new LinkedHashMap<>();

    private final Set<JobPart> written = new HashSet<>();
    /** The time when it was last asked what is to be written: the collector's, since a step carries that of the rank's own clock. */
    private long drainedMicros = NEVER;

    private int messages;
    private int epochs;
    private boolean partsMayBeGone;

    /** The store has these, as they are. */
    void restored(JobParts parts) {
        written.addAll(parts.parts());
        messages = parts.messages();
        epochs = parts.epochs();
    }

    /** A step was added; nearly all observations are steps, so a ledger that waits already costs one look. */
    void stepped(int rank, Step step) {
        boolean open = step.has(PassFlags.OPEN);
        int place = rank * RankState.MAX_MODELS + step.model();
        if (!open && step.model() < RankState.MAX_MODELS && waitingLedgers.get(place)) {
            return;
        }
        JobPart ledger = new JobPart(Kind.LEDGER, rank, step.model());
        if (open) {
            due.add(ledger);
        } else {
            owned.putIfAbsent(ledger, drainedMicros);
            waitingLedgers.set(place);
        }
    }

    /** What an observation that was folded in, and is no step, may have changed. */
    void folded(Observation observation, JobParts parts) {
        if (observation instanceof GpuSampled sampled) {
            owned.putIfAbsent(JobPart.ofRank(Kind.GPU, sampled.rank()), drainedMicros);
        } else if (observation instanceof RankProgressed progress) {
            owned.putIfAbsent(JobPart.ofRank(Kind.RANK_END, progress.rank()), drainedMicros);
        } else if (observation instanceof LedgerReplaced replaced) {
            owned.putIfAbsent(
                    new JobPart(Kind.LEDGER, replaced.rank(), replaced.ledger().model()), drainedMicros);
        } else {
            rare(observation, parts);
        }
    }

    private void rare(Observation observation, JobParts parts) {
        if (observation instanceof RankJoined joined) {
            due.add(JobPart.of(Kind.START));
            due.add(JobPart.ofRank(Kind.RANK, joined.rank()));
            due.add(JobPart.ofRank(Kind.RANK_END, joined.rank()));
            due.add(JobPart.of(Kind.END));
            partsMayBeGone = true;
        } else if (observation instanceof ModelDescribed described) {
            due.add(new JobPart(
                    Kind.MANIFEST, described.rank(), described.manifest().model()));
        } else if (observation instanceof ModelProbed probed) {
            due.add(new JobPart(Kind.PROBES, probed.rank(), probed.probe().model()));
        } else if (observation instanceof TrainableChanged changed) {
            due.add(new JobPart(Kind.LEDGER, changed.rank(), changed.model()));
        } else if (observation instanceof RankFailed failed) {
            ended(failed.rank(), parts);
        } else if (observation instanceof RankLeft left) {
            ended(left.rank(), parts);
        } else if (observation instanceof MessageSeen seen) {
            heard(seen.message().is(EpochSeries.EPOCH), parts);
        } else if (observation instanceof LogRead) {
            owned.putIfAbsent(JobPart.of(Kind.LINES), drainedMicros);
        } else if (observation instanceof JobStarted) {
            due.add(JobPart.of(Kind.START));
        } else if (observation instanceof JobEnded) {
            due.add(JobPart.of(Kind.END));
            due.add(JobPart.of(Kind.LINES));
            due.addAll(owned.keySet());
            owned.clear();
            waitingLedgers.clear();
        }
    }

    /** The rank may not come back to say it again. */
    private void ended(int rank, JobParts parts) {
        due.add(JobPart.ofRank(Kind.RANK_END, rank));
        due.add(JobPart.ofRank(Kind.GPU, rank));
        for (int model : parts.modelsOf(rank)) {
            due.add(new JobPart(Kind.LEDGER, rank, model));
            due.add(new JobPart(Kind.NORMS, 0, model));
        }
    }

    private void heard(boolean epoch, JobParts parts) {
        int nowMessages = parts.messages();
        int nowEpochs = parts.epochs();
        if (nowMessages < messages || nowEpochs < epochs) {
            // Another attempt began, or epochs were started over.
            messages = nowMessages < messages ? 0 : messages;
            epochs = nowEpochs < epochs ? 0 : epochs;
            partsMayBeGone = true;
            due.add(JobPart.of(Kind.START));
        } else if (epoch && nowEpochs == epochs) {
            // The latest was replaced, or the oldest went and all moved up.
            epochs = 0;
        }
        addChunks(Kind.LOG, messages, nowMessages);
        addChunks(Kind.EPOCHS, epochs, nowEpochs);
        messages = nowMessages;
        epochs = nowEpochs;
    }

    private void addChunks(Kind kind, int before, int now) {
        if (now > before) {
            for (int chunk = before / JobParts.CHUNK; chunk * JobParts.CHUNK < now; chunk++) {
                due.add(new JobPart(kind, 0, chunk));
            }
        }
    }

    int size() {
        return due.size() + owned.size();
    }

    /**
     * Gives up to {@code most} facts to be written.
     *
     * @param all also those that a rank would send again
     * @return how many
     */
    int drain(JobParts parts, int most, boolean all, long nowMicros, Consumer<JobFact> to) {
        if (drainedMicros == NEVER) {
            owned.replaceAll((part, since) -> nowMicros);
        }
        drainedMicros = nowMicros;
        if (partsMayBeGone) {
            partsMayBeGone = false;
            Set<JobPart> are = parts.parts();
            for (JobPart part : written) {
                if (!are.contains(part)) {
                    due.add(part);
                }
            }
        }
        int given = give(due.iterator(), parts, most, to);
        Iterator<Map.Entry<JobPart, Long>> oldest = owned.entrySet().iterator();
        while (given < most && oldest.hasNext()) {
            Map.Entry<JobPart, Long> next = oldest.next();
            if (!all && nowMicros - next.getValue() < OWNED_MICROS) {
                break;
            }
            oldest.remove();
            noLongerWaits(next.getKey());
            give(next.getKey(), parts, to);
            given++;
        }
        return given;
    }

    private int give(Iterator<JobPart> from, JobParts parts, int most, Consumer<JobFact> to) {
        int given = 0;
        while (given < most && from.hasNext()) {
            JobPart part = from.next();
            from.remove();
            owned.remove(part);
            noLongerWaits(part);
            give(part, parts, to);
            given++;
        }
        return given;
    }

    private void noLongerWaits(JobPart part) {
        if (part.kind() == Kind.LEDGER) {
            waitingLedgers.clear(part.rank() * RankState.MAX_MODELS + part.index());
        }
    }

    private void give(JobPart part, JobParts parts, Consumer<JobFact> to) {
        JobFact fact = parts.fact(part);
        boolean there = !fact.observations().isEmpty();
        boolean wasThere = there ? !written.add(part) : written.remove(part);
        if (there || wasThere) {
            to.accept(fact);
        }
    }
}
