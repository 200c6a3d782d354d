package dev.gradwatch.collector.sink.http;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads for what blocks, few, with a bounded queue; what finds no room is rejected. Threads end where there is nothing to do. */
final class Workers implements Executor, AutoCloseable {
    private static final int IDLE_SECONDS = 60;

    private final ThreadPoolExecutor pool;

    Workers(int threads, int queue) {
        AtomicInteger made = new AtomicInteger();
        pool = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(queue), task -> {
                    Thread thread = new Thread(task, "gradwatch-http-worker-" + made.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
    }

    /** @throws java.util.concurrent.RejectedExecutionException where there is no room */
    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    /** Interrupts what runs, and does not wait for it. */
    @Override
    public void close() {
        pool.shutdownNow();
    }
}
