package dev.gradwatch.collector.source.log.follow;

import dev.gradwatch.collector.source.log.follow.FileFinder.Place;
import dev.gradwatch.collector.source.log.follow.FollowedFile.Phase;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides of every file that a walk finds which one it is: the one that was there, one that was renamed, one that an earlier follower has read, or a
 * new one. On the follower's thread; throws nothing.
 */
final class Arrivals implements FolderWalk.Found {
    private static final Logger logger = LoggerFactory.getLogger(Arrivals.class);
    private static final String COMPRESSED = ".gz";

    private final FileBook book;
    private final Agenda agenda;
    private final Departures departures;
    private final Positions positions;
    private final FolderWatches watches;
    private final FileFinder finder;
    private final Disk disk;
    private final Counters counters;
    private final int maxFiles;
    private final LongSupplier nanoTime;
    private long overLimit;
    private boolean toldLimit;
    private boolean toldCompressed;

    Arrivals(
            FileBook book,
            Agenda agenda,
            Departures departures,
            Positions positions,
            FolderWatches watches,
            FileFinder finder,
            Disk disk,
            Counters counters,
            FollowOptions options) {
        this.book = book;
        this.agenda = agenda;
        this.departures = departures;
        this.positions = positions;
        this.watches = watches;
        this.finder = finder;
        this.disk = disk;
        this.counters = counters;
        this.maxFiles = options.maxFiles();
        this.nanoTime = options.nanoTime();
    }

    @Override
    public void walking() {
        overLimit = 0;
        watches.tryAgain();
    }

    @Override
    public void folder(Path folder, Object identity, boolean files) {
        watches.watch(folder, identity, files);
    }

    @Override
    public void noFile(Path path) {
        FollowedFile file = book.named(path);
        if (file != null) {
            agenda.look(file, nanoTime.getAsLong());
        }
    }

    @Override
    public void file(Path path, BasicFileAttributes attributes, long walk) {
        if (positions.is(path) || isCompressed(path)) {
            return;
        }
        Object identity = Disk.identity(path, attributes);
        FollowedFile known = book.identified(identity);
        if (known != null) {
            known.seen(walk);
        }
        FollowedFile holder = book.named(path);
        if (holder != null && !holder.identity().equals(identity)) {
            departures.lost(holder, true);
            if (book.named(path) != null) {
                // Its turn comes when the one before has been read to its end.
                return;
            }
        }
        if (known == null) {
            appeared(path, identity, attributes, walk);
        } else {
            found(known, path, attributes);
        }
    }

    private boolean isCompressed(Path path) {
        boolean compressed = path.toString().endsWith(COMPRESSED);
        if (compressed && !toldCompressed) {
            toldCompressed = true;
            logger.debug("logs: {}: compressed files are not followed, nor is any other of them", path);
        }
        return compressed;
    }

    private void found(FollowedFile known, Path path, BasicFileAttributes attributes) {
        if (!known.path().equals(path) || known.isAdrift()) {
            if (lies(known)) {
                // One file of two names, or of a link to it.
                return;
            }
            departures.renamed(known, path);
        }
        if (known.phase() == Phase.LEAVING) {
            return;
        }
        if (known.pace().changed(attributes)) {
            agenda.read(known);
        } else if (!known.isFailing()) {
            // To be found unchanged is as good as a look.
            agenda.look(known, known.pace().nextNanos(nanoTime.getAsLong()));
        }
    }

    private boolean lies(FollowedFile file) {
        try {
            BasicFileAttributes attributes = file.isAdrift() ? null : disk.attributes(file.path());
            return attributes != null && Disk.identity(file.path(), attributes).equals(file.identity());
        } catch (IOException e) {
            return false;
        }
    }

    private void appeared(Path path, Object identity, BasicFileAttributes attributes, long walk) {
        if (book.size() >= maxFiles) {
            tooMany(path);
            return;
        }
        KeptFile kept = positions.claim(identity);
        if (kept == null && predecessorHolds(path)) {
            return;
        }
        FollowedFile file = new FollowedFile(identity, path, nanoTime.getAsLong());
        file.seen(walk);
        file.pace().changed(attributes);
        if (kept != null) {
            file.resume(kept);
        }
        book.add(file);
        if (kept != null && !kept.path().equals(path.toString())) {
            // Renamed while nobody followed: what took its name has to wait.
            leave(file, Path.of(kept.path()));
        }
        agenda.read(file);
    }

    /** Another file lay here when an earlier follower closed. Is it still in the folder, it is read to its end first. */
    private boolean predecessorHolds(Path path) {
        KeptFile kept = positions.formerlyAt(path);
        Path folder = path.getParent();
        Place place = kept == null || folder == null ? null : finder.find(folder, kept.key());
        if (kept == null || place == null || book.identified(place.identity()) != null) {
            return false;
        }
        positions.claim(kept.key());
        FollowedFile predecessor = new FollowedFile(place.identity(), place.path(), nanoTime.getAsLong());
        predecessor.resume(kept);
        book.add(predecessor);
        leave(predecessor, path);
        agenda.read(predecessor);
        return true;
    }

    private void leave(FollowedFile file, Path heldName) {
        counters.rotations.incrementAndGet();
        file.leave(heldName);
        book.name(heldName, file);
    }

    private void tooMany(Path path) {
        overLimit++;
        if (!toldLimit) {
            toldLimit = true;
            logger.warn("logs: {}: not followed, nor any more files (expected: at most {})", path, maxFiles);
        }
    }

    @Override
    public void walked(long walk, boolean whole) {
        counters.overLimit.set(overLimit);
        if (whole) {
            departures.forgetUnseen(walk);
        }
    }
}
