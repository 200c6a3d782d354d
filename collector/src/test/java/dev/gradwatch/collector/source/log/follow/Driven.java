package dev.gradwatch.collector.source.log.follow;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A follower without a thread: the test makes its rounds and lets the time pass. Without events, so that only time matters. */
final class Driven implements AutoCloseable {
    /** Until the slowest look was made, whatever came before. */
    static final Duration LONG = Duration.ofNanos(Pace.SLOWEST_NANOS);

    /** Until all folders were walked. */
    static final Duration WALK = Duration.ofSeconds(31);

    final FakeTime time;
    private final Rounds rounds;
    private boolean closed;

    Driven(FollowedTexts texts, @Nullable Path positions, FollowOptions options, FakeTime time, Path... globs) {
        this(texts, positions, options, Disk.REAL, time, globs);
    }

    Driven(
            FollowedTexts texts,
            @Nullable Path positions,
            FollowOptions options,
            Disk disk,
            FakeTime time,
            Path... globs) {
        this.time = time;
        List<LogGlob> parsed = List.of(globs).stream()
                .map(glob -> LogGlob.parse(glob.toString()))
                .toList();
        rounds = new Rounds(parsed, texts, positions, options.withTime(time::nanos, time::instant), disk);
        rounds.start();
        settle();
    }

    static Driven of(FollowedTexts texts, Path... globs) {
        return new Driven(texts, null, FollowOptions.DEFAULTS.withoutEvents(), new FakeTime(), globs);
    }

    /** Makes rounds until nothing is to be done at this time. */
    void settle() {
        do {
            rounds.round();
        } while (rounds.nextNanos() == 0);
    }

    void round() {
        rounds.round();
    }

    void pass(Duration duration) {
        time.pass(duration);
        settle();
    }

    /** Lets it pass in steps as short as the shortest look. */
    void live(Duration duration) {
        for (Duration lived = Duration.ZERO; lived.compareTo(duration) < 0; lived = lived.plusMillis(250)) {
            pass(Duration.ofMillis(250));
        }
    }

    /** Everything that lies in the files is handed over. */
    void catchUp() {
        rounds.wish(new CatchUp());
        settle();
    }

    FollowCounts counts() {
        return rounds.counts();
    }

    int openHandles() {
        return rounds.openHandles();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            rounds.finish();
        }
    }
}
