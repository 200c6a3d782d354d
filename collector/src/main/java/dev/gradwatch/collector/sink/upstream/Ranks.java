package dev.gradwatch.collector.sink.upstream;

import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.Observation.LedgerReplaced;
import dev.gradwatch.collector.model.Observation.ModelDescribed;
import dev.gradwatch.collector.model.Observation.ModelProbed;
import dev.gradwatch.collector.model.Observation.RankFailed;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.Observation.RankProgressed;
import dev.gradwatch.collector.model.Observation.StepReported;
import dev.gradwatch.collector.model.Observation.TrainableChanged;

/** Which rank an observation is of. */
final class Ranks {
    /** It is of no rank. */
    static final int NONE = -1;

    private Ranks() {}

    static int of(Observation observation) {
        if (observation instanceof StepReported of) {
            return of.rank();
        } else if (observation instanceof RankProgressed of) {
            return of.rank();
        } else if (observation instanceof GpuSampled of) {
            return of.rank();
        } else if (observation instanceof ModelDescribed of) {
            return of.rank();
        } else if (observation instanceof LedgerReplaced of) {
            return of.rank();
        } else if (observation instanceof ModelProbed of) {
            return of.rank();
        } else if (observation instanceof TrainableChanged of) {
            return of.rank();
        } else if (observation instanceof RankFailed of) {
            return of.rank();
        } else if (observation instanceof RankJoined of) {
            return of.rank();
        }
        return observation instanceof RankLeft of ? of.rank() : NONE;
    }
}
