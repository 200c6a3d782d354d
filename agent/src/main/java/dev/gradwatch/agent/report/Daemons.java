package dev.gradwatch.agent.report;

/** Threads that keep no JVM alive and hold nothing of the program in which they were made: neither its class loader nor its thread locals. */
final class Daemons {
    private static final long DEFAULT_STACK = 0;

    private Daemons() {}

    static Thread start(String name, Runnable task) {
        Thread thread = new Thread(null, task, name, DEFAULT_STACK, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
        return thread;
    }
}
