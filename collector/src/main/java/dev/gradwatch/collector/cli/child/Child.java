package dev.gradwatch.collector.cli.child;

/** A running command. {@link #await} and {@link #signal} may be called from different threads. */
public interface Child {
    /** How long a grandchild that keeps the child's output open may hold us after the child's end. */
    long DRAIN_GRACE_MILLIS = 1_000;

    long pid();

    /**
     * Blocks until the command ended and its output is passed on.
     *
     * @return its exit status; 128 + n where signal n ended it
     */
    int await() throws InterruptedException;

    /**
     * Sends it a signal; does nothing once it ended.
     *
     * @param name without SIG, such as {@code TERM}
     */
    void signal(String name);

    /** Whether a terminal that has us in the foreground signals the child itself on Ctrl-C. */
    boolean sharesTerminal();
}
