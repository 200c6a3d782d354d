package dev.gradwatch.collector.source.log.follow;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the operating system tell of changes in folders, as far as it can: not on network file systems, and not past the number of watches that a user
 * may have. Then it says so once, and what changes is found by looking. On the follower's thread, but for {@link #wake}; throws nothing.
 */
final class FolderWatches implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(FolderWatches.class);

    /** A job that writes line by line would wake us line by line. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Disk disk;
    private final Bell bell = new Bell();
    private final Map<Path, Watch> watches = new HashMap<>();
    private final Map<WatchKey, Path> folders = new HashMap<>();
    private @Nullable WatchService service;
    private @Nullable WatchKey taken;
    private boolean full;
    private boolean toldFull;

    /** Is told what changed. */
    interface Changes {
        /** A name came, went or was written to. */
        void changed(Path folder, Path name);

        /** More changed than could be kept. */
        void overflowed(Path folder);

        /** The folder is not there any more. */
        void gone(Path folder);
    }

    FolderWatches(Disk disk) {
        this.disk = disk;
    }

    /** Without it nothing is told, and waiting is all that this does. */
    void start() {
        try {
            service = disk.watchService();
        } catch (IOException e) {
            logger.warn(
                    "logs: {}; changes are looked for from time to time instead (raise fs.inotify.max_user_instances)",
                    Complaints.reason(e));
        }
    }

    /**
     * Watches a folder, if it is not watched yet.
     *
     * @param identity tells whether the path still is the folder that is watched
     * @param files whether changes of files matter, not only what comes new
     */
    void watch(Path folder, Object identity, boolean files) {
        Watch before = watches.get(folder);
        if (service == null || full || (before != null && before.suffices(identity, files))) {
            return;
        }
        if (before != null && !before.identity().equals(identity)) {
            forget(folder, before);
        }
        try {
            WatchKey key = files
                    ? disk.register(folder, service, ENTRY_CREATE, ENTRY_DELETE, ENTRY_MODIFY)
                    : disk.register(folder, service, ENTRY_CREATE);
            folders.put(key, folder);
            watches.put(folder, new Watch(key, identity, files));
        } catch (FileSystemException e) {
            // It went, or may not be read; who walks there finds out and says so.
        } catch (IOException e) {
            reachedLimit(folder, e);
        }
    }

    private void reachedLimit(Path folder, IOException e) {
        full = true;
        if (!toldFull) {
            toldFull = true;
            logger.warn(
                    "logs: {}: {}; changes are looked for from time to time instead (raise fs.inotify.max_user_watches)",
                    folder,
                    Complaints.reason(e));
        }
    }

    /** There may be room for more of them by now; those of folders that moved away are not needed any more. */
    void tryAgain() {
        full = false;
        watches.entrySet()
                .removeIf(watch -> !watch.getValue().key().isValid()
                        || !watch.getKey().equals(folders.get(watch.getValue().key())));
    }

    /** Hands over what changed since it was last called. */
    void take(Changes changes) {
        if (service == null) {
            return;
        }
        WatchKey key = taken != null ? taken : service.poll();
        taken = null;
        while (key != null) {
            take(key, changes);
            key = service.poll();
        }
    }

    private void take(WatchKey key, Changes changes) {
        Path folder = folders.get(key);
        if (folder == null) {
            return;
        }
        for (WatchEvent<?> event : key.pollEvents()) {
            if (event.context() instanceof Path name) {
                changes.changed(folder, name);
            } else {
                changes.overflowed(folder);
            }
        }
        if (!key.reset()) {
            Watch watch = watches.get(folder);
            if (watch != null) {
                forget(folder, watch);
            }
            changes.gone(folder);
        }
    }

    private void forget(Path folder, Watch watch) {
        watch.key().cancel();
        folders.remove(watch.key(), folder);
        watches.remove(folder);
    }

    /** Sleeps until something changes, somebody wakes it, or the time is up. */
    void await(long nanos) {
        bell.whileAsleep(() -> {
            TimeUnit.NANOSECONDS.sleep(Math.min(nanos, PAUSE_NANOS));
            if (nanos > PAUSE_NANOS) {
                sleep(nanos - PAUSE_NANOS);
            }
            return null;
        });
    }

    private void sleep(long nanos) throws InterruptedException {
        if (service == null) {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } else {
            taken = service.poll(nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Ends {@link #await}, now or when it is next called. Thread-safe. */
    void wake() {
        bell.ring();
    }

    int watched() {
        return watches.size();
    }

    @Override
    public void close() {
        try {
            if (service != null) {
                service.close();
            }
        } catch (IOException | ClosedWatchServiceException e) {
            logger.debug("logs: {}", e.getMessage());
        }
    }

    private record Watch(WatchKey key, Object identity, boolean files) {
        boolean suffices(Object now, boolean filesToo) {
            return identity.equals(now) && key.isValid() && (files || !filesToo);
        }
    }
}
