package dev.gradwatch.collector.pipeline;

import dev.gradwatch.collector.model.Observation;
import java.util.List;

/** What an earlier process kept of a job. Called under the job's lock, once, before anything else is folded in; may block on a disk. */
@FunctionalInterface
public interface Recollection {
    Recollection NONE = job -> List.of();

    /** The observations that bring the job's state back; none where nothing is kept, or it cannot be read. */
    List<Observation> of(String job);
}
