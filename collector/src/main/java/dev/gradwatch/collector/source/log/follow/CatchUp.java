package dev.gradwatch.collector.source.log.follow;

import dev.gradwatch.collector.source.log.follow.FollowedFile.Phase;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Somebody's wish to have everything that lies in the files handed over: walks, looks at every file, and waits until each was read up to where it ended
 * then. {@link #await} on any thread, the rest on the follower's.
 */
final class CatchUp {
    private static final long TO_ITS_END = Long.MAX_VALUE;

    private final CountDownLatch settled = new CountDownLatch(1);
    private final Map<FollowedFile, Long> ends = new HashMap<>();
    private Stage stage = Stage.NEW;
    private volatile boolean reached;
    private volatile boolean abandoned;

    private enum Stage {
        NEW,
        WALKING,
        /** What took the name of a file that is read to its end by now is found at the beginning of the next round. */
        FREEING,
        READING
    }

    /** @return whether everything was handed over before the time was up */
    boolean await(Duration limit) throws InterruptedException {
        try {
            return settled.await(limit.toNanos(), TimeUnit.NANOSECONDS) && reached;
        } finally {
            abandoned = true;
        }
    }

    /** Takes it a step further, once in each round. */
    void advance(WalkSchedule walks, FileBook book, Agenda agenda, Reading reading) {
        switch (stage) {
            case NEW -> {
                walks.begin();
                stage = Stage.WALKING;
            }
            case WALKING -> {
                if (walks.isDone()) {
                    lookAtAll(book, agenda, reading);
                    noteEnds(agenda);
                }
            }
            case FREEING -> noteEnds(agenda);
            case READING -> read(agenda);
        }
    }

    private static void lookAtAll(FileBook book, Agenda agenda, Reading reading) {
        for (FollowedFile file : book.snapshot()) {
            if (!agenda.isReading(file) && !file.isAdrift()) {
                reading.look(file);
            }
        }
    }

    private void noteEnds(Agenda agenda) {
        for (FollowedFile file : agenda.reading()) {
            boolean leaving = file.phase() == Phase.LEAVING;
            ends.put(file, leaving ? TO_ITS_END : file.pace().size());
        }
        stage = agenda.hasNames() ? Stage.FREEING : Stage.READING;
    }

    private void read(Agenda agenda) {
        // Whoever is not read any more was read to its end, or cannot be.
        ends.entrySet()
                .removeIf(end -> !agenda.isReading(end.getKey()) || end.getKey().offset() >= end.getValue());
        if (agenda.hasNames()) {
            stage = Stage.FREEING;
        } else if (ends.isEmpty()) {
            reached = true;
            settled.countDown();
        }
    }

    /** Nobody will take it any further. */
    void giveUp() {
        settled.countDown();
    }

    /** Whether it was reached, or nobody waits for it any more. */
    boolean isOver() {
        return reached || abandoned;
    }
}
