package dev.gradwatch.collector.sink.upstream;

import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.model.Observation.LogRead;
import dev.gradwatch.collector.model.Observation.MessageSeen;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.ObservationSink;
import dev.gradwatch.collector.sink.upstream.Stays.Speaker;
import dev.gradwatch.collector.sink.upstream.Stays.Stay;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tells another collector what is observed here, so that a job on many nodes has one report. Feed it all that the pipeline folded, each job's in
 * the order that its state saw.
 *
 * <p>{@link #accept} is thread-safe across jobs and never blocks: it may be called under a job's lock. Connections live on one thread of their own,
 * which calls the picture function; that one may block. Queues hold {@link #MAX_QUEUED_BYTES} together; what finds no room is left out, and the
 * whole picture is sent later. Whoever starts it closes it; {@link #close} may be called twice.
 */
public final class Upstream implements ObservationSink, AutoCloseable {
    /** Bytes that all queues together hold, as estimated. */
    public static final long MAX_QUEUED_BYTES = 32 << 20;

    /** Ranks and jobs spoken for at once; further ones are seen here only. */
    public static final int MAX_LINKS = 16_384;

    /** Ended jobs remembered, whose late words are few. */
    private static final int MAX_ENDED = 1024;

    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final UpstreamTarget target;
    private final Timings timings;
    private final Notices notices;
    private final Consumer<String> say;
    private final QueueBudget budget = new QueueBudget(MAX_QUEUED_BYTES);
    private final Stays stays = new Stays();
    private final Set<String> ended = new LinkedHashSet<>();
    private @Nullable EventLoopGroup group;
    private volatile @Nullable Wires wires;
    private boolean saidFull;

    /** @param say is handed each line that a person should read, from any thread */
    public Upstream(UpstreamTarget target, Consumer<String> say) {
        this(target, say, Timings.DEFAULTS);
    }

    Upstream(UpstreamTarget target, Consumer<String> say, Timings timings) {
        this.target = target;
        this.timings = timings;
        this.say = say;
        this.notices = new Notices(target.address(), say);
    }

    /**
     * Begins to tell what is observed from now on. Connections are made as there is something to say, and an unreachable collector is no error.
     *
     * @param picture gives the observations that bring a job's whole state back, in order; empty where the job is not known
     * @throws IOException in one line, where the certificates cannot be read
     */
    public synchronized void start(Function<String, List<Observation>> picture) throws IOException {
        if (group != null) {
            throw new IllegalStateException("start: called before (expected: once)");
        }
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("gradwatch-upstream", true), NioIoHandler.newFactory());
        group = loops;
        wires = new Wires(target, timings, notices, loops.next(), picture);
    }

    @Override
    public void accept(Observation observation) {
        Wires open = wires;
        if (open == null) {
            return;
        }
        int rank = Ranks.of(observation);
        Speaker key = new Speaker(observation.job(), rank);
        if (observation instanceof RankJoined joined) {
            join(open, key, joined);
            return;
        }
        Stay stay = stays.get(key);
        if (rank != Ranks.NONE) {
            if (stay != null && !stay.over) {
                stay.over = observation instanceof RankLeft;
                stay.link().offer(observation);
            }
        } else if (observation instanceof MessageSeen
                || observation instanceof LogRead
                || observation instanceof JobStarted
                || observation instanceof JobEnded) {
            print(open, key, stay, observation);
        }
    }

    private void join(Wires open, Speaker key, RankJoined joined) {
        remember(key.job(), false);
        Stay stay = stays.get(key);
        boolean goesOn = stay != null
                && !stay.over
                && stay.link().speech() instanceof RankSpeech speech
                && speech.info().equals(joined.info());
        if (!goesOn && fits(stay)) {
            stays.begin(key, open, new RankSpeech(target, joined), new Outbox(budget));
        }
    }

    private void print(Wires open, Speaker key, @Nullable Stay known, Observation observation) {
        if (known != null && known.link().offer(observation)) {
            rememberEnd(observation);
            return;
        }
        // The end of a job that only its ranks spoke of is seen there too.
        boolean guessed = observation instanceof JobEnded end && end.exitCode() == null;
        if (!guessed && fits(known)) {
            boolean over = remembers(key.job());
            stays.begin(key, open, new NodeSpeech(target, key.job(), over), new Outbox(budget));
            Stay begun = stays.get(key);
            if (begun != null) {
                begun.link().offer(observation);
            }
        }
        rememberEnd(observation);
    }

    private void rememberEnd(Observation observation) {
        if (observation instanceof JobStarted || observation instanceof JobEnded) {
            remember(observation.job(), observation instanceof JobEnded);
        }
    }

    private boolean remembers(String job) {
        synchronized (ended) {
            return ended.contains(job);
        }
    }

    private void remember(String job, boolean hasEnded) {
        synchronized (ended) {
            if (!hasEnded) {
                ended.remove(job);
            } else if (ended.add(job) && ended.size() > MAX_ENDED) {
                Iterator<String> oldest = ended.iterator();
                oldest.next();
                oldest.remove();
            }
        }
    }

    private boolean fits(@Nullable Stay inItsPlace) {
        if (inItsPlace != null || stays.size() < MAX_LINKS) {
            return true;
        }
        synchronized (ended) {
            if (!saidFull) {
                saidFull = true;
                say.accept("collector: more than " + MAX_LINKS + " ranks and jobs at once (expected: at most "
                        + MAX_LINKS + "); further ones are seen here only");
            }
        }
        return false;
    }

    /** Estimated bytes that wait in queues now. */
    public long queuedBytes() {
        return budget.heldBytes();
    }

    /** As {@link #close(Duration)} with 5 s. */
    @Override
    public void close() {
        close(CLOSE);
    }

    /** Says what waits, in at most so long, and lets the connections go. Nothing that is observed from now on is told. */
    public synchronized void close(Duration most) {
        Wires open = wires;
        wires = null;
        EventLoopGroup loops = group;
        if (loops == null) {
            return;
        }
        try {
            if (open != null) {
                open.loop().execute(() -> stays.forEach(Link::close));
                boolean unused = stays.awaitNone(most);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
    }
}
