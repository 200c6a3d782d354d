package dev.gradwatch.collector.source.log.follow;

import dev.gradwatch.collector.source.log.follow.FollowedFile.Phase;
import dev.gradwatch.collector.source.log.follow.TurnReader.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.LongSupplier;

/** Looks at files whose time has come, reads those whose turn it is, and plans when to do so next. On the follower's thread; throws nothing. */
final class Reading {
    private final Agenda agenda;
    private final Departures departures;
    private final TurnReader reader;
    private final Handles handles;
    private final Positions positions;
    private final Disk disk;
    private final Complaints complaints;
    private final LongSupplier nanoTime;

    Reading(
            Agenda agenda,
            Departures departures,
            TurnReader reader,
            Handles handles,
            Positions positions,
            Disk disk,
            Complaints complaints,
            LongSupplier nanoTime) {
        this.agenda = agenda;
        this.departures = departures;
        this.reader = reader;
        this.handles = handles;
        this.positions = positions;
        this.disk = disk;
        this.complaints = complaints;
        this.nanoTime = nanoTime;
    }

    /** Whether it is still what lies at its path, and whether it grew. */
    void look(FollowedFile file) {
        if (file.isAdrift()) {
            departures.searchAgain(file);
            return;
        }
        Path path = file.path();
        try {
            BasicFileAttributes attributes = disk.attributes(path);
            if (attributes != null && attributes.isDirectory()) {
                complaints.file(path, "is a folder", file.failed());
            }
            if (attributes == null || !attributes.isRegularFile()) {
                departures.lost(file, attributes != null);
            } else if (!Disk.identity(path, attributes).equals(file.identity())) {
                departures.lost(file, true);
                agenda.lookAgain(path);
            } else if (file.pace().changed(attributes) || file.isFailing()) {
                agenda.read(file);
            } else {
                quiet(file);
            }
        } catch (IOException e) {
            failed(file, e);
        }
    }

    private void quiet(FollowedFile file) {
        long now = nanoTime.getAsLong();
        GuardedText text = file.text();
        if (file.pace().fellSilent(now) && text != null) {
            text.idle();
            positions.changed();
        }
        agenda.look(file, file.pace().nextNanos(now));
    }

    /** Reads it for one turn. */
    void turn(FollowedFile file) {
        try {
            Outcome outcome = reader.turn(file);
            file.recovered();
            switch (outcome) {
                case MORE -> agenda.read(file);
                case READ -> read(file);
                case ELSEWHERE -> departures.elsewhere(file);
                case STRANGER -> {
                    agenda.lookAgain(file.path());
                    departures.forget(file);
                }
            }
        } catch (IOException e) {
            handles.close(file);
            failed(file, e);
        }
    }

    private void read(FollowedFile file) {
        if (file.phase() == Phase.LEAVING) {
            departures.finish(file);
        } else {
            agenda.look(file, file.pace().nextNanos(nanoTime.getAsLong()));
        }
    }

    private void failed(FollowedFile file, IOException e) {
        if (!file.isFailing()) {
            complaints.file(file.path(), Complaints.reason(e), file.failed());
        }
        if (file.phase() == Phase.LEAVING) {
            departures.finish(file);
        } else {
            agenda.look(file, nanoTime.getAsLong() + Pace.SLOWEST_NANOS);
        }
    }
}
