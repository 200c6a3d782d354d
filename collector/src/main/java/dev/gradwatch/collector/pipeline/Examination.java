package dev.gradwatch.collector.pipeline;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.ModelSample;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import java.util.List;

/**
 * What was true of a job when it was last looked at.
 *
 * @param samples one a model
 * @param gpus of the ranks that are there, when each was last looked at, by rank
 * @param settled false while ranks may still come back that were there before the collector was started again; what is missing of them is not gone
 * @param number of changes that the job had seen; equal where two examinations of a job are the same
 */
public record Examination(
        JobReport report, List<ModelSample> samples, List<GpuSampled> gpus, boolean settled, long number) {
    public Examination {
        samples = List.copyOf(samples);
        gpus = List.copyOf(gpus);
    }
}
