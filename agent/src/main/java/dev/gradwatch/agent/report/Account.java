package dev.gradwatch.agent.report;

/**
 * What watching cost, a pass at a time, smoothed over the last few windows; all in nanoseconds of the training thread, which alone uses it. Norms are counted apart
 * from the rest, since here they cost a call into the engine a parameter.
 */
final class Account {
    private double passNanos;
    private double windowNanos;
    private double normNanos;
    private double plainSum;
    private double normSum;
    private int plainPasses;
    private int normPasses;

    /** Forgets the open window: the first passes are all watched and are none. */
    void restart() {
        plainSum = normSum = 0;
        plainPasses = normPasses = 0;
    }

    /** One pass ended. True where it is the first after a window, whose cost is known now. */
    boolean count(boolean watched, boolean norms, long nanos) {
        if (!watched) {
            passNanos = passNanos == 0 ? nanos : 0.95 * passNanos + 0.05 * nanos;
            return closeWindow();
        }
        if (norms) {
            normSum += nanos;
            normPasses++;
        } else {
            plainSum += nanos;
            plainPasses++;
        }
        return false;
    }

    private boolean closeWindow() {
        if (plainPasses == 0) {
            restart();
            return false;
        }
        double plain = plainSum / plainPasses;
        windowNanos = smooth(windowNanos, Schedule.WINDOW * (plain - passNanos));
        if (normPasses > 0) {
            normNanos = smooth(normNanos, Schedule.WINDOW_NORMS * (normSum / normPasses - plain));
        }
        restart();
        return true;
    }

    private static double smooth(double before, double now) {
        double cost = Math.max(0, now);
        return before == 0 ? cost : 0.7 * before + 0.3 * cost;
    }

    /** What a window costs above the unwatched passes, norms apart. */
    double windowNanos() {
        return windowNanos;
    }

    /** What norms add to a window that has them. */
    double normNanos() {
        return normNanos;
    }

    /** What an unwatched pass costs. */
    double passNanos() {
        return passNanos;
    }
}
