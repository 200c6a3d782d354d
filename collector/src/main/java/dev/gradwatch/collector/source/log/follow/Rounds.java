package dev.gradwatch.collector.source.log.follow;

import java.nio.file.Path;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the follower's thread does, again and again: takes events, walks folders, looks at files, reads some of them, saves how far it came. All of it on
 * that thread, but for {@link #wish}, {@link #wake} and {@link #counts}.
 */
final class Rounds {
    private static final Logger logger = LoggerFactory.getLogger(Rounds.class);

    /** What reading may take before events and folders have their turn. */
    private static final long READING_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** What may be read when the follower closes. */
    private static final long LAST_READING_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Counters counters = new Counters();
    private final FileBook book = new FileBook();
    private final Agenda agenda = new Agenda();
    private final Deque<CatchUp> wishes = new ConcurrentLinkedDeque<>();
    private final LongSupplier nanoTime;
    private final boolean events;
    private final Handles handles;
    private final Positions positions;
    private final FolderWatches watches;
    private final WalkSchedule walks;
    private final Reading reading;
    private volatile boolean finished;

    Rounds(List<LogGlob> globs, FollowedTexts texts, @Nullable Path positionsFile, FollowOptions options, Disk disk) {
        nanoTime = options.nanoTime();
        events = options.events();
        handles = new Handles(options.maxHandles(), disk);
        positions = new Positions(positionsFile, options.clock(), options.maxFiles(), texts::beforeKept);
        watches = new FolderWatches(disk);
        Complaints complaints = new Complaints(counters);
        FileFinder finder = new FileFinder(disk, nanoTime);
        Departures departures = new Departures(book, agenda, handles, positions, counters, finder, nanoTime);
        Arrivals arrivals = new Arrivals(book, agenda, departures, positions, watches, finder, disk, counters, options);
        walks = new WalkSchedule(new FolderWalk(globs, disk, arrivals, complaints), agenda, nanoTime);
        TurnReader reader = new TurnReader(texts, handles, counters, positions, nanoTime);
        reading = new Reading(agenda, departures, reader, handles, positions, disk, complaints, nanoTime);
    }

    void start() {
        long now = nanoTime.getAsLong();
        if (events) {
            watches.start();
        }
        positions.start(now);
        walks.start(now);
    }

    /** Does what is due. */
    void round() {
        watches.take(walks);
        walks.advance();
        look();
        read();
        wishes.removeIf(CatchUp::isOver);
        wishes.forEach(wish -> wish.advance(walks, book, agenda, reading));
        positions.saveIfDue(nanoTime.getAsLong(), book.files());
    }

    private void look() {
        long now = nanoTime.getAsLong();
        for (FollowedFile file = agenda.nextToLookAt(now); file != null; file = agenda.nextToLookAt(now)) {
            reading.look(file);
        }
    }

    private void read() {
        long start = nanoTime.getAsLong();
        // Each file once, so that a fake time that stands still does not keep us here.
        for (int turns = agenda.readingCount(); turns > 0; turns--) {
            FollowedFile file = agenda.nextToRead();
            if (file == null) {
                return;
            }
            reading.turn(file);
            if (nanoTime.getAsLong() - start >= READING_NANOS) {
                return;
            }
        }
    }

    /** Nanoseconds until something is due, unless events tell of it before; 0 where something is now. */
    long nextNanos() {
        long now = nanoTime.getAsLong();
        long nanos = Math.min(agenda.nextNanos(now), Math.min(walks.nextNanos(now), positions.nextNanos(now)));
        return wishes.isEmpty() ? nanos : 0;
    }

    /** Sleeps until something is due or {@link #wake} is called. */
    void await() {
        long nanos = nextNanos();
        if (nanos > 0) {
            watches.await(nanos);
        }
    }

    /** Sleeps for so long, or until {@link #wake} is called. */
    void pause(long nanos) {
        watches.await(nanos);
    }

    /** Thread-safe. */
    void wake() {
        watches.wake();
    }

    /** Takes a wish, fulfilled in the rounds to come; after {@link #finish} it is given up at once. Thread-safe. */
    void wish(CatchUp wish) {
        wishes.add(wish);
        if (finished) {
            giveUp();
        }
        watches.wake();
    }

    /** Reads what is there, for a bounded time, and ends every text. */
    void finish() {
        try {
            lastRounds();
        } catch (RuntimeException e) {
            logger.error("logs: what was written last may be missing after a defect", e);
        }
        book.files().forEach(FollowedFile::endText);
        positions.save(book.files());
        handles.close();
        watches.close();
        finished = true;
        giveUp();
    }

    private void lastRounds() {
        CatchUp last = new CatchUp();
        wishes.addFirst(last);
        long start = nanoTime.getAsLong();
        while (!last.isOver() && nanoTime.getAsLong() - start < LAST_READING_NANOS) {
            round();
        }
    }

    private void giveUp() {
        for (CatchUp wish = wishes.poll(); wish != null; wish = wishes.poll()) {
            wish.giveUp();
        }
    }

    /** Files that are open now. */
    int openHandles() {
        return handles.size();
    }

    /** Thread-safe. */
    FollowCounts counts() {
        return counters.counts();
    }
}
