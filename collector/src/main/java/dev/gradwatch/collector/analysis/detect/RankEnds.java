package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.state.RankModel;
import dev.gradwatch.collector.analysis.state.RankState;
import dev.gradwatch.collector.model.RankFailure;
import org.jspecify.annotations.Nullable;

/** How a rank's life ended, as far as its exceptions tell. */
public final class RankEnds {
    private RankEnds() {}

    /**
     * The exception that ended the rank; null where none did. One that passed through a forward may have been caught: then more passes followed, or
     * the rank ended in order in a job that did.
     */
    public static @Nullable RankFailure fatalFailure(JobView job, RankState rank) {
        RankFailure fatal = null;
        for (RankFailure failure : rank.failures()) {
            if (failure.where().equals("uncaught") || !wasCaught(job, rank, failure)) {
                // The first tells the cause; torch's own text is in it and not always in what a trainer raises after
                // it.
                fatal = fatal == null ? failure : fatal;
            }
        }
        return fatal;
    }

    private static boolean wasCaught(JobView job, RankState rank, RankFailure failure) {
        Integer id = failure.model();
        Long completed = failure.backward();
        RankModel model = id == null ? null : rank.models().get(id);
        if (model != null && completed != null && model.backward() > completed) {
            return true;
        }
        Integer exit = job.exitCode();
        return exit == null ? rank.leftInOrder() && !hasUncaught(rank) : exit == 0;
    }

    private static boolean hasUncaught(RankState rank) {
        return rank.failures().stream().anyMatch(failure -> failure.where().equals("uncaught"));
    }
}
