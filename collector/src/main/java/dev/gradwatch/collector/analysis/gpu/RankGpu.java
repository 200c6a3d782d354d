package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.analysis.state.GpuHistory;
import dev.gradwatch.collector.analysis.state.GpuRows;
import dev.gradwatch.collector.analysis.state.RankState;
import dev.gradwatch.collector.model.GpuSample;

/**
 * The GPU of a rank.
 *
 * @param micros of the latest sample
 * @param live the rank is there, and its GPU was looked at just now
 */
record RankGpu(int rank, RankState state, GpuHistory history, GpuSample sample, long micros, boolean live) {
    /** A pause in training, evaluation most often, does not end what was true before it; a longer one does. */
    static final long PAUSE_MICROS = 600_000_000;

    /** Whether it trains, or did before a pause that is no longer than usual. */
    boolean trains() {
        GpuRows fine = history.fine();
        return live && fine.size() > 0 && micros - fine.micros(fine.size() - 1) <= PAUSE_MICROS;
    }

    /** NaN where the driver does not say. */
    double totalBytes() {
        Long total = sample.totalBytes();
        return total == null ? Double.NaN : total;
    }

    double usedBytes() {
        Long used = sample.usedBytes();
        return used == null ? Double.NaN : used;
    }

    double ownBytes() {
        Long own = sample.rankBytes();
        return own == null ? Double.NaN : own;
    }

    /** Whether both compute on one. */
    boolean isOn(RankGpu other) {
        return sample.uuid().equals(other.sample.uuid()) && sample.host().equals(other.sample.host());
    }
}
