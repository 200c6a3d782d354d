package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.state.RankState;
import dev.gradwatch.collector.model.RankFailure;
import java.util.List;

/**
 * Which of a rank's exceptions speak of a model. One that passes through a forward is reported there, with its model, and once more, without, when
 * nobody catches it: the second time it tells nothing new, and nothing of another model.
 */
final class ModelFailures {
    private ModelFailures() {}

    /** Those of the model; of the rank's first model also those that no model is known of. */
    static List<RankFailure> of(RankState rank, int model) {
        boolean first = !rank.models().isEmpty() && rank.models().firstKey() == model;
        return rank.failures().stream()
                .filter(failure -> speaksOf(failure, model) || (first && isOfNoModel(rank, failure)))
                .toList();
    }

    /** Those that may be of the model: its own, and all that no model is known of. */
    static List<RankFailure> maybeOf(RankState rank, int model) {
        return rank.failures().stream()
                .filter(failure -> speaksOf(failure, model) || isOfNoModel(rank, failure))
                .toList();
    }

    private static boolean speaksOf(RankFailure failure, int model) {
        Integer of = failure.model();
        return of != null && of == model;
    }

    private static boolean isOfNoModel(RankState rank, RankFailure failure) {
        return failure.model() == null
                && rank.failures().stream()
                        .noneMatch(other -> other.model() != null
                                && other.type().equals(failure.type())
                                && other.message().equals(failure.message()));
    }
}
