package dev.gradwatch.collector.model;

/**
 * What the reporter cost its training thread.
 *
 * @param watchNanos spent on the training thread
 * @param wallNanos since the first model was wrapped
 * @param level of the windows' schedule; one higher halves the windows
 */
public record WatchCost(long watchNanos, long wallNanos, int level) {
    public static final WatchCost NONE = new WatchCost(0, 0, 0);
}
