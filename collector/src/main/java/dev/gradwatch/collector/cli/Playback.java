package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.cli.sidecar.Station;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.store.Store.Retention;
import dev.gradwatch.collector.source.recording.RecordingReader;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Recordings fed into jobs of their own. What is shown of them has the recordings' time. Used by one thread. */
final class Playback {
    private static final long SECOND_MICROS = 1_000_000;

    /** A run of a week is looked at some thousand times, not once a second. */
    private static final long LOOKS = 1_000;

    /** By the recordings' clock nothing is ever old. */
    private static final Retention ALL = new Retention(Long.MAX_VALUE / 2, 0);

    private final Jobs jobs = new Jobs();
    private final AtomicLong nowMicros = new AtomicLong();
    private @Nullable Board board;
    private long firstMicros;
    private long lookedMicros;

    Jobs jobs() {
        return jobs;
    }

    /** Shows what is fed from now on; the caller closes it. */
    Board show(TemporaryStore store) throws IOException {
        Board shown = Board.ofRecorded(jobs, Station.open(store.url(), ALL, Version.text(), nowMicros::get));
        board = shown;
        return shown;
    }

    /** Feeds all that a recording holds. */
    void feed(RecordingReader reader) throws IOException {
        firstMicros = 0;
        lookedMicros = 0;
        reader.readAll(this::accept);
        if (board != null) {
            board.look();
            board.flush();
        }
    }

    private void accept(Observation observation) {
        if (board != null && isDue(observation.micros())) {
            board.look();
        }
        nowMicros.set(observation.micros());
        jobs.accept(observation);
    }

    /** As time goes by in the recording, so that its series have points and its alerts their times. */
    private boolean isDue(long micros) {
        if (firstMicros == 0) {
            firstMicros = micros;
            lookedMicros = micros;
        }
        boolean due = micros - lookedMicros >= Math.max(SECOND_MICROS, (lookedMicros - firstMicros) / LOOKS);
        if (due) {
            lookedMicros = micros;
        }
        return due;
    }
}
