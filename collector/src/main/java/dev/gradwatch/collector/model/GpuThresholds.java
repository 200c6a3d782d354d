package dev.gradwatch.collector.model;

/**
 * From when on what GPUs do is told as a finding.
 *
 * @param idlePercent utilisation under which a GPU counts as idle
 * @param saturatedPercent utilisation over which the GPU is the limit
 * @param sustainedSeconds of training, evaluation and start-up not counted, for which that must hold
 * @param startUpSeconds after a rank's first step, in which nothing is judged
 * @param fullPercent share of the memory in use from which on a rising one is told
 * @param growthHours over which memory must have grown
 * @param growthPercent of the total memory by which it must have grown in that time
 * @param takenBytes that others may use
 * @param unequalPercent by which ranks' memory may differ, of the largest
 */
public record GpuThresholds(
        int idlePercent,
        int saturatedPercent,
        int sustainedSeconds,
        int startUpSeconds,
        int fullPercent,
        int growthHours,
        int growthPercent,
        long takenBytes,
        int unequalPercent) {
    public static final GpuThresholds DEFAULTS = new GpuThresholds(30, 95, 120, 60, 95, 2, 5, 500_000_000, 25);
}
