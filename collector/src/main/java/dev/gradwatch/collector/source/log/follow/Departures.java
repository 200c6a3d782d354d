package dev.gradwatch.collector.source.log.follow;

import dev.gradwatch.collector.source.log.follow.FileFinder.Place;
import dev.gradwatch.collector.source.log.follow.FollowedFile.Phase;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of files that lost their name: they are looked for in their folder, read to their end, and only then is the name free for another. On
 * the follower's thread; throws nothing.
 */
final class Departures {
    /** How long a rotated file that no glob means is still looked at: programs take a while until they open the new one. */
    private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** A file that is renamed while its folder is listed can be missed though it is there; so it is looked for again. */
    static final long SECOND_SEARCH_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final FileBook book;
    private final Agenda agenda;
    private final Handles handles;
    private final Positions positions;
    private final Counters counters;
    private final FileFinder finder;
    private final LongSupplier nanoTime;

    Departures(
            FileBook book,
            Agenda agenda,
            Handles handles,
            Positions positions,
            Counters counters,
            FileFinder finder,
            LongSupplier nanoTime) {
        this.book = book;
        this.agenda = agenda;
        this.handles = handles;
        this.positions = positions;
        this.counters = counters;
        this.finder = finder;
        this.nanoTime = nanoTime;
    }

    /**
     * It does not lie at its path any more.
     *
     * @param taken whether something else does
     */
    void lost(FollowedFile file, boolean taken) {
        switch (file.phase()) {
            case FOLLOWED -> leave(file, search(file), taken);
            case LEAVING -> {}
            case LEFT -> {
                book.unname(file.path(), file);
                file.drift();
                agenda.look(file, nanoTime.getAsLong() + SECOND_SEARCH_NANOS);
            }
        }
    }

    /** It was found under another name that is meant. */
    void renamed(FollowedFile file, Path to) {
        if (file.phase() == Phase.FOLLOWED && file.isBegun()) {
            leave(file, to, false);
            return;
        }
        if (!file.path().equals(file.heldName())) {
            book.unname(file.path(), file);
        }
        file.moved(to);
        book.name(to, file);
        positions.changed();
    }

    private void leave(FollowedFile file, @Nullable Path place, boolean taken) {
        if (taken || place != null) {
            counters.rotations.incrementAndGet();
        }
        file.leave(file.path());
        if (place != null) {
            file.moved(place);
        } else {
            file.drift();
        }
        agenda.read(file);
        positions.changed();
    }

    private @Nullable Path search(FollowedFile file) {
        Path folder = file.path().getParent();
        Place place =
                folder == null ? null : finder.find(folder, file.identity().toString());
        return place == null ? null : place.path();
    }

    /** It was to be read and does not lie where it was. */
    void elsewhere(FollowedFile file) {
        if (file.phase() != Phase.LEAVING) {
            agenda.lookAgain(file.path());
            lost(file, false);
            return;
        }
        Path place = search(file);
        if (place != null && (file.isAdrift() || !place.equals(file.path()))) {
            file.moved(place);
            agenda.read(file);
        } else {
            file.drift();
            finish(file);
        }
    }

    /** Its end was read, or cannot be; the name that it held is free. */
    void finish(FollowedFile file) {
        if (!file.isBegun()) {
            forget(file);
            return;
        }
        free(file);
        file.left(nanoTime.getAsLong());
        positions.changed();
        if (file.isAdrift()) {
            agenda.look(file, nanoTime.getAsLong() + SECOND_SEARCH_NANOS);
        } else {
            settle(file);
        }
    }

    private void free(FollowedFile file) {
        Path held = file.heldName();
        if (held != null) {
            book.unname(held, file);
            agenda.lookAgain(held);
        }
    }

    private void settle(FollowedFile file) {
        book.name(file.path(), file);
        agenda.look(file, file.pace().nextNanos(nanoTime.getAsLong()));
    }

    /** The second search for a file that was missed. */
    void searchAgain(FollowedFile file) {
        Path place = search(file);
        if (place != null) {
            file.moved(place);
            settle(file);
        } else {
            forget(file);
        }
    }

    /** It has nothing to do with us any more. */
    void forget(FollowedFile file) {
        free(file);
        file.endText();
        handles.close(file);
        agenda.forget(file);
        book.remove(file);
        positions.changed();
    }

    /**
     * All folders were walked: who was not found under a name that is meant, and nobody wrote to for long, is read to its end, and forgotten by a later
     * walk.
     *
     * @param walk what has a lower number was not found
     */
    void forgetUnseen(long walk) {
        long now = nanoTime.getAsLong();
        for (FollowedFile file : book.snapshot()) {
            boolean unseen = file.walk() < walk && file.pace().quietNanos(now) >= LATE_NANOS;
            if (unseen && file.phase() == Phase.LEFT) {
                forget(file);
            } else if (unseen && file.phase() == Phase.FOLLOWED) {
                // It may have lost its name since it was looked at, and have been written to before.
                file.leave(file.path());
                agenda.read(file);
            }
        }
    }
}
