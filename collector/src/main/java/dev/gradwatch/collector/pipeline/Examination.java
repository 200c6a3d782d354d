package dev.gradwatch.collector.pipeline;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.ModelSample;
import java.util.List;

/**
 * What was true of a job when it was last looked at.
 *
 * @param samples one a model
 * @param settled false while ranks may still come back that were there before the collector was started again; what is missing of them is not gone
 * @param number of changes that the job had seen; equal where two examinations of a job are the same
 */
public record Examination(JobReport report, List<ModelSample> samples, boolean settled, long number) {
    public Examination {
        samples = List.copyOf(samples);
    }
}
