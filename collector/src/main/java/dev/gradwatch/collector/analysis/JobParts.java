package dev.gradwatch.collector.analysis;

import dev.gradwatch.collector.analysis.ledger.SampleSeries;
import dev.gradwatch.collector.analysis.state.EpochSeries.Epoch;
import dev.gradwatch.collector.analysis.state.Launch;
import dev.gradwatch.collector.analysis.state.LogBook;
import dev.gradwatch.collector.analysis.state.NormRing;
import dev.gradwatch.collector.analysis.state.RankModel;
import dev.gradwatch.collector.analysis.state.RankState;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.JobFact;
import dev.gradwatch.collector.model.JobPart;
import dev.gradwatch.collector.model.JobPart.Kind;
import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.ModelProgress;
import dev.gradwatch.collector.model.ModelSample;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.GpuRemembered;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.model.Observation.LaunchesRemembered;
import dev.gradwatch.collector.model.Observation.LedgerReplaced;
import dev.gradwatch.collector.model.Observation.LogRead;
import dev.gradwatch.collector.model.Observation.MessageSeen;
import dev.gradwatch.collector.model.Observation.ModelDescribed;
import dev.gradwatch.collector.model.Observation.ModelProbed;
import dev.gradwatch.collector.model.Observation.NormsDiffered;
import dev.gradwatch.collector.model.Observation.RankFailed;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.Observation.RankProgressed;
import dev.gradwatch.collector.model.Observation.StepReported;
import dev.gradwatch.collector.model.Probe;
import dev.gradwatch.collector.model.RankFailure;
import dev.gradwatch.collector.model.RankInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A job's state taken apart: the facts of all {@link #parts}, folded in their order into an empty state, give a state that says the same. What
 * it holds beyond that is lost: the norms of the latest passes, which the ranks' next ones replace, and when each fact came.
 */
public final class JobParts {
    /** Messages in one part of a log. */
    public static final int CHUNK = 64;

    private final String job;
    private final long firstMicros;
    private final @Nullable JobStarted started;
    private final @Nullable JobEnded ended;
    private final Collection<String> formerGroups;
    private final List<Finding> earlier;
    private final @Nullable Launch launch;
    private final LogBook log;

    JobParts(
            String job,
            long firstMicros,
            @Nullable JobStarted started,
            @Nullable JobEnded ended,
            Collection<String> formerGroups,
            List<Finding> earlier,
            @Nullable Launch launch,
            LogBook log) {
        this.job = job;
        this.firstMicros = firstMicros;
        this.started = started;
        this.ended = ended;
        this.formerGroups = formerGroups;
        this.earlier = earlier;
        this.launch = launch;
        this.log = log;
    }

    /** All parts that the state has. */
    public Set<JobPart> parts() {
        Set<JobPart> parts = new TreeSet<>();
        parts.add(JobPart.of(Kind.START));
        if (launch != null) {
            launch.ranks().forEach((rank, state) -> addRank(rank, state, parts));
            launch.rings().keySet().forEach(model -> parts.add(new JobPart(Kind.NORMS, 0, model)));
        }
        if (!log.lines().isEmpty()) {
            parts.add(JobPart.of(Kind.LINES));
        }
        addChunks(Kind.LOG, log.messages().size(), parts);
        addChunks(Kind.EPOCHS, log.epochs().epochs().size(), parts);
        if (ended != null) {
            parts.add(JobPart.of(Kind.END));
        }
        return parts;
    }

    private static void addRank(int rank, RankState state, Set<JobPart> parts) {
        parts.add(JobPart.ofRank(Kind.RANK, rank));
        parts.add(JobPart.ofRank(Kind.RANK_END, rank));
        if (state.gpuHistory() != null) {
            parts.add(JobPart.ofRank(Kind.GPU, rank));
        }
        for (int model : state.models().keySet()) {
            parts.add(new JobPart(Kind.MANIFEST, rank, model));
            parts.add(new JobPart(Kind.LEDGER, rank, model));
            parts.add(new JobPart(Kind.PROBES, rank, model));
        }
    }

    private static void addChunks(Kind kind, int messages, Set<JobPart> parts) {
        for (int chunk = 0; chunk * CHUNK < messages; chunk++) {
            parts.add(new JobPart(kind, 0, chunk));
        }
    }

    /** How fast each model goes and how long its gradient is, of the rank that is furthest. */
    public List<ModelSample> samples() {
        Map<Integer, ModelSample> furthest = new TreeMap<>();
        if (launch != null) {
            for (RankState rank : launch.ranks().values()) {
                rank.models().forEach((id, model) -> {
                    ModelSample best = furthest.get(id);
                    if (best == null || model.step() > best.step()) {
                        SampleSeries totals = model.ledger().totals();
                        furthest.put(
                                id,
                                new ModelSample(
                                        id,
                                        model.manifest().name(),
                                        model.step(),
                                        model.backward(),
                                        model.stepNanos(),
                                        totals.size() == 0 ? Double.NaN : totals.value(totals.size() - 1)));
                    }
                });
            }
        }
        return List.copyOf(furthest.values());
    }

    /** The GPU of each rank that has one and is there, when it was last looked at, by rank. */
    public List<GpuSampled> gpus() {
        List<GpuSampled> gpus = new ArrayList<>();
        if (launch != null) {
            for (RankState rank : launch.ranks().values()) {
                GpuSampled sampled = rank.gpu();
                if (sampled != null && !rank.left()) {
                    gpus.add(sampled);
                }
            }
        }
        return gpus;
    }

    /** How much the log holds, to see what of it is new. */
    public int messages() {
        return log.messages().size();
    }

    public int epochs() {
        return log.epochs().epochs().size();
    }

    /** The ranks that are there. */
    public List<Integer> present() {
        List<Integer> present = new ArrayList<>();
        if (launch != null) {
            launch.ranks().forEach((rank, state) -> {
                if (!state.left()) {
                    present.add(rank);
                }
            });
        }
        return present;
    }

    /** What the ranks that are there said of themselves, by rank. */
    public SortedMap<Integer, RankInfo> infos() {
        SortedMap<Integer, RankInfo> infos = new TreeMap<>();
        if (launch != null) {
            launch.ranks().forEach((rank, state) -> {
                if (!state.left()) {
                    infos.put(rank, state.info());
                }
            });
        }
        return infos;
    }

    /** When the launcher started the job, microseconds of Unix time; 0 where none said. */
    public long launchedMicros() {
        return started == null ? 0 : started.micros();
    }

    /** Whether any rank ever joined. */
    public boolean hasRanks() {
        return launch != null;
    }

    /** The models of a rank; none where it is not known. */
    public Set<Integer> modelsOf(int rank) {
        RankState state = launch == null ? null : launch.ranks().get(rank);
        return state == null ? Set.of() : state.models().keySet();
    }

    /** A part as it is now; without observations where the state has it not. */
    public JobFact fact(JobPart part) {
        List<Observation> out = new ArrayList<>();
        switch (part.kind()) {
            case START -> addStart(out);
            case RANK ->
                onRank(part, (state, to) -> to.add(new RankJoined(job, firstMicros, part.rank(), state.info())), out);
            case RANK_END -> onRank(part, (state, to) -> addEnd(part.rank(), state, to), out);
            case MANIFEST ->
                onModel(
                        part,
                        (model, to) -> to.add(new ModelDescribed(job, firstMicros, part.rank(), model.manifest())),
                        out);
            case LEDGER -> onModel(part, (model, to) -> addLedger(part, model, to), out);
            case PROBES ->
                onModel(
                        part,
                        (model, to) -> {
                            for (Probe probe : model.probes()) {
                                to.add(new ModelProbed(job, firstMicros, part.rank(), probe));
                            }
                        },
                        out);
            case NORMS -> addDifference(part.index(), out);
            case LINES -> log.lines().forEach((source, lines) -> out.add(new LogRead(job, firstMicros, source, lines)));
            case LOG -> addMessages(chunk(log.messages(), part.index()), out);
            case EPOCHS ->
                addMessages(
                        chunk(log.epochs().epochs(), part.index()).stream()
                                .map(Epoch::said)
                                .toList(),
                        out);
            case GPU -> onRank(part, JobParts::addGpu, out);
            case END -> {
                if (ended != null) {
                    out.add(ended);
                }
            }
        }
        return new JobFact(part, out);
    }

    private void addStart(List<Observation> out) {
        // First, because its time is that of the job's first fact.
        out.add(new LaunchesRemembered(job, firstMicros, List.copyOf(formerGroups), earlier, log.attempt()));
        if (started != null) {
            out.add(started);
        }
    }

    private void onRank(JobPart part, BiConsumer<RankState, List<Observation>> facts, List<Observation> out) {
        RankState state = launch == null ? null : launch.ranks().get(part.rank());
        if (state != null) {
            facts.accept(state, out);
        }
    }

    private void onModel(JobPart part, BiConsumer<RankModel, List<Observation>> facts, List<Observation> out) {
        onRank(
                part,
                (state, to) -> {
                    RankModel model = state.models().get(part.index());
                    if (model != null) {
                        facts.accept(model, to);
                    }
                },
                out);
    }

    private void addLedger(JobPart part, RankModel model, List<Observation> out) {
        out.add(new LedgerReplaced(
                job, firstMicros, part.rank(), model.ledger().snapshot(part.index(), model.changes())));
        if (model.open() != null) {
            out.add(new StepReported(job, firstMicros, part.rank(), model.open()));
        }
    }

    private void addEnd(int rank, RankState state, List<Observation> out) {
        List<ModelProgress> progress = new ArrayList<>();
        for (RankModel model : state.models().values()) {
            if (model.progress() != null) {
                progress.add(model.progress());
            }
        }
        out.add(new RankProgressed(job, firstMicros, rank, progress, state.cost()));
        for (RankFailure failure : state.failures()) {
            out.add(new RankFailed(job, firstMicros, rank, failure));
        }
        if (state.left()) {
            out.add(new RankLeft(job, firstMicros, rank, state.leftInOrder(), state.leftBecause()));
        }
    }

    private static void addGpu(RankState state, List<Observation> out) {
        GpuRemembered gpu = state.gpuRemembered();
        if (gpu != null) {
            out.add(gpu);
        }
    }

    private void addDifference(int model, List<Observation> out) {
        NormRing ring = launch == null ? null : launch.normsOf(model);
        NormRing.Difference difference = ring == null ? null : ring.difference();
        if (difference != null) {
            out.add(new NormsDiffered(
                    job,
                    firstMicros,
                    model,
                    difference.passes(),
                    difference.first(),
                    difference.last(),
                    difference.parameters(),
                    difference.ranks()));
        }
    }

    private static <T> List<T> chunk(List<T> all, int chunk) {
        int from = Math.min(all.size(), chunk * CHUNK);
        return all.subList(from, Math.min(all.size(), from + CHUNK));
    }

    private void addMessages(List<LogMessage> messages, List<Observation> out) {
        for (LogMessage message : messages) {
            out.add(new MessageSeen(job, firstMicros, message));
        }
    }
}
