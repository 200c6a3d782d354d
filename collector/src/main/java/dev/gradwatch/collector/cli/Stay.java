package dev.gradwatch.collector.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** A command that stays until it is told to stop (SIGTERM, SIGINT), which then is its success. */
final class Stay {
    private static final Logger logger = LoggerFactory.getLogger(Stay.class);

    /** A disk that hangs must not keep the process beyond the ten seconds that a person, or an orchestrator, waits. */
    private static final long STOP_MILLIS = 9_000;

    /** @param close is run once, while the JVM shuts down; the process ends when it is through, or hangs */
    static void closing(Runnable close) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(close), "gradwatch-stop"));
    }

    /** Blocks for as long as the process lives. */
    static void forGood() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    private static void stop(Runnable close) {
        AtomicBoolean closed = new AtomicBoolean();
        Thread last = new Thread(
                () -> {
                    close.run();
                    closed.set(true);
                },
                "gradwatch-last-reports");
        last.setUncaughtExceptionHandler(
                (thread, e) -> logger.error("what was known may not all be kept: {}", e.toString(), e));
        last.setDaemon(true);
        last.start();
        try {
            last.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // A stop that was asked for is success; without this, the status would say that a signal killed the process.
        Runtime.getRuntime().halt(closed.get() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE);
    }

    private Stay() {}
}
